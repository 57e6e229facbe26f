"""The trainer's own process: its command in a folder, its lines one after another, and the answers to them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from gsl.config.errors import first_error
from gsl.worker.job.declared_trainers import FILE, Declared
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.process import SIGNALLED, exit_code
from gsl.worker.trainer.external.protocol import ANSWERS, LINES, ORDER, Answer, Line, Order

_LINE: TypeAdapter[Line] = TypeAdapter(Line)
_STDERR = 2
_KEEPER = (sys.executable, "-P", "-m", "gsl.worker.trainer.external.keeper")
"""SIGTERM for the trainers' group does not reach its command: that is told to save and end at its next line instead."""
_LOOK_EVERY_S = 0.005
_LONGEST_LINE = 64 << 20  # bytes
_ENDS_WITHIN_S = 30.0


class TrainerError(RuntimeError):
    """The trainer of somebody's own did something that the protocol does not allow; the message is for its author."""


class TrainerKilled(TrainerError):
    """A signal ended it: out of memory, a crash, an operator. Its job is tried again, as other jobs are."""

    def __init__(self, what: str, code: int) -> None:
        super().__init__(what)
        self.code = code


class ExternalProcess:
    """A trainer at work in `folder`, which lies in its job's. Leaving the context ends it, and all that it started.

    What it says is a sign of life, as what it prints is; while it is silent, it may hang.
    """

    def __init__(self, declared: Declared, folder: Path, order: Order, on_wait: Callable[[], None]) -> None:
        """`on_wait` is called while nothing is said; it may raise."""
        self._name, self._folder, self._on_wait = declared.name, folder, on_wait
        (folder / ORDER).write_text(order.model_dump_json(indent=1))
        for name in (LINES, ANSWERS):
            (folder / name).write_bytes(b"")
        self._lines, self._answers = (folder / LINES).open("rb"), (folder / ANSWERS).open("ab")
        self._process = subprocess.Popen(
            [*_KEEPER, str(os.getpid()), *declared.command, str(folder)], cwd=declared.folder or folder,
            stdin=subprocess.DEVNULL, stdout=_STDERR, stderr=_STDERR, env=_environment(), start_new_session=True,
            close_fds=False,  # the keeper holds the job folder's lock until all that the command started has ended
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.terminate()  # its keeper, which kills what is below it
        self._process.wait()
        (self._folder / ANSWERS).unlink(missing_ok=True)  # to a trainer in a container: nobody waits for it any more
        self._lines.close()
        self._answers.close()

    def next(self) -> Line | None:
        """What it says next; None if it has exited with 0. Raises TrainerError, and what `on_wait` raises."""
        return self._next(self._on_wait)

    def _next(self, on_wait: Callable[[], None]) -> Line | None:
        partial = b""
        while True:
            ended = self._process.poll()  # before the look, so that nothing said before its end is missed
            partial += self._lines.readline(_LONGEST_LINE)
            if partial.endswith(b"\n"):
                JobFolder(self._folder.parent).alive.touch()
                return self._read(partial)
            if ended is not None:
                self._check_end(ended, partial)
                return None
            on_wait()
            time.sleep(_LOOK_EVERY_S)

    def answer(self, answer: Answer) -> None:
        self._answers.write(answer.model_dump_json(exclude_none=True).encode() + b"\n")
        self._answers.flush()

    def end(self) -> None:
        """Tell it to end, and wait until it has. Raises TrainerError."""
        self.answer(Answer(do="end"))
        until = time.monotonic() + _ENDS_WITHIN_S

        def on_wait() -> None:
            if time.monotonic() > until:
                raise self.error(f"did not exit within {_ENDS_WITHIN_S:.0f} s after it was told to end")

        if (line := self._next(on_wait)) is not None:
            raise self.error(f"said {line.type!r} after it was told to end")

    def error(self, what: str) -> TrainerError:
        return TrainerError(f"the trainer {self._name} {what}")

    def _read(self, text: bytes) -> Line:
        try:
            return _LINE.validate_python(json.loads(text))
        except ValidationError as error:
            where = first_error(error)
            raise self.error(f"wrote a line that the protocol does not know, {where}: {_start(text)}") from None
        except ValueError:
            raise self.error(f"wrote a line that is not JSON: {_start(text)}") from None

    def _check_end(self, ended: int, rest: bytes) -> None:
        code = exit_code(ended)
        if code - SIGNALLED in set(signal.Signals):
            name = signal.Signals(code - SIGNALLED).name
            raise TrainerKilled(f"the trainer {self._name} was ended by {name}; its output is above", code)
        if code != 0:
            raise self.error(f"failed with exit code {code}; its output is above")
        if rest:
            raise self.error(f"ended in the middle of a line: {_start(rest)}")


def emptied(folder: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _environment() -> dict[str, str]:
    """Without what is for GSL Lab's own Python: a script may import what lies beside it."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONSAFEPATH", FILE)}


def _start(text: bytes) -> str:
    shown = text[:200].decode(errors="replace").strip()
    return shown + ("…" if len(text) > 200 else "")
