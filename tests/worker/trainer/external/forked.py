"""A worked example whose imports are shared by the trainers of a run: forks, as the trainers of a slot are.

python forked.py serve SOCKET SCRIPT   imports the script, and forks for whoever asks
python forked.py ask SOCKET FOLDER     the trainer's command: has a fork do what the folder's order says
"""

# It runs without the tests' packages:
# mypy: ignore-errors

import importlib
import importlib.util
import os
import socket
import sys
from pathlib import Path


def serve(path: str, script: str) -> None:
    listening = socket.socket(socket.AF_UNIX)
    sys.path.insert(0, str(Path(script).parent))
    spec = importlib.util.spec_from_file_location("example", script)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    if "torch" in sys.modules:
        importlib.import_module("torch._dynamo")  # which it would import with its first optimizer, in every fork
    listening.bind(path)
    listening.listen()
    while True:
        asking, _ = listening.accept()
        with asking:
            folder = asking.recv(4096).decode()
            if (child := os.fork()) == 0:
                sys.argv[1:] = [folder]
                example.main()
                os._exit(0)
            asking.send(bytes([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]))


def ask(path: str, folder: str) -> int:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(path)
        asking.send(folder.encode())
        return asking.recv(1)[0]


if __name__ == "__main__":
    sys.exit({"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:]))
