"""Specialists that train as one network on the device, against one by one: `benchmarks.population`, in its process."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.gpu.results import Row
from benchmarks.peers.environment import ROOT


def population(device: str, members: int, epochs: int, seconds: float) -> list[Row]:
    """Time of a specialist of the fork maze with eight environments, from its first file to its last evaluation."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "population.json"
        options = ["--device", device, "--members", str(members), "--epochs", str(epochs), "--pairs", "1"]
        command = [sys.executable, "-m", "benchmarks.population", *options, "--results", str(file)]
        try:
            subprocess.run(command, cwd=ROOT, check=True, timeout=seconds)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            return [Row(what=f"{members} specialists", note=f"failed: {type(error).__name__}")]
        (case,) = json.loads(file.read_text())["cases"]
    (alone,), (together,) = case["one_by_one_seconds"], case["as_one_seconds"]
    return [
        Row(what="one by one", ratio=1.0, note=f"{alone:.2f} s a specialist of {epochs} epochs"),
        Row(what=f"{members} as one", ratio=case["ratio"], note=f"{together:.2f} s a specialist"),
    ]
