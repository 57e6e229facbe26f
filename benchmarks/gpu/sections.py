"""The questions, the most telling first. Each gets the device, a size and its seconds, and answers with rows."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import torch

from benchmarks.environments import ROOT
from benchmarks.gpu.contenders import Contender, at_once, in_turn, started
from benchmarks.gpu.results import Row, speed_row
from benchmarks.peers.cases import CASES, Case
from benchmarks.peers.parts import parts_of

CLEANRL = replace(CASES["procgen-impala"], num_steps=256, epochs_a_window=1)
"""CleanRL's published settings for Procgen: 64 environments, 256 steps, 8 minibatches of 2048, 3 passes."""
SMALL = replace(CLEANRL, network="small_cnn", num_envs=8, num_steps=8, minibatch=32, update_epochs=1)
"""For the test of this command on a CPU. CleanRL's loop has IMPALA all the same."""
ROUNDS = 5


@dataclass(frozen=True)
class Scope:
    """What a section may use."""

    device: torch.device
    small: bool
    seconds: float

    @property
    def case(self) -> Case:
        cuda = self.device.type == "cuda"
        return replace(SMALL if self.small else CLEANRL, device="cuda" if cuda else "cpu")

    @property
    def tf32(self) -> Case:
        """As PyTorch computes convolutions by default."""
        return replace(self.case, precision="tf32")


def peers(scope: Scope) -> list[Row]:
    """Procgen PPO: CleanRL's loop, ours and Stable-Baselines3. PyTorch's default is TF32 in convolutions."""
    contenders = [
        Contender("CleanRL's loop", "gpu.cleanrl", scope.case),
        Contender("ours, TF32", "peers.ours", scope.tf32),
        Contender("ours, bfloat16", "peers.ours", replace(scope.case, precision="bfloat16")),
    ]
    if find_spec("stable_baselines3") is not None:
        return _compared([*contenders, Contender("Stable-Baselines3", "peers.theirs", scope.case)], scope)
    return [*_compared(contenders, scope), Row(what="Stable-Baselines3", note="not installed")]


def specialists(scope: Scope) -> list[Row]:
    """Time of a specialist of the fork maze, from its first file to its last evaluation: `benchmarks.population`."""
    members, epochs = (3, 1) if scope.small else (75, 10)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "population.json"
        options = ["--device", scope.case.device, "--members", str(members), "--epochs", str(epochs), "--pairs", "1"]
        command = [sys.executable, "-m", "benchmarks.population", *options, "--results", str(file)]
        try:
            subprocess.run(command, cwd=ROOT, check=True, timeout=scope.seconds)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            return [Row(what=f"{members} specialists", note=f"failed: {type(error).__name__}")]
        (case,) = json.loads(file.read_text())["cases"]
    (alone,), (together,) = case["one_by_one_seconds"], case["as_one_seconds"]
    return [
        Row(what="one by one", ratio=1.0, note=f"{alone:.2f} s a specialist of {epochs} epochs"),
        Row(what=f"{members} as one", ratio=case["ratio"], note=f"{together:.2f} s a specialist"),
    ]


def settings(scope: Scope) -> list[Row]:
    """Each setting that is made for a GPU, alone and together."""
    plain = scope.case
    contenders = [
        Contender("float32", "peers.ours", plain),
        Contender("TF32", "peers.ours", replace(plain, precision="tf32")),
        Contender("bfloat16", "peers.ours", replace(plain, precision="bfloat16")),
        Contender("TF32, `overlap`", "peers.ours", replace(scope.tf32, overlap=True)),
        Contender("TF32, `compile`", "peers.ours", replace(scope.tf32, compiled=True)),
        Contender(
            "bfloat16, `overlap`, `compile`", "peers.ours",
            replace(plain, precision="bfloat16", overlap=True, compiled=True),
        ),
    ]  # fmt: skip
    return _compared(contenders, scope)


def shared_card(scope: Scope) -> list[Row]:
    """Several trainers at once, which share the cores: the sum of their speeds, against one alone."""
    rows: list[Row] = []
    for count in (1, 2) if scope.small else (1, 2, 4):
        case = replace(scope.tf32, threads=max(1, (os.cpu_count() or 1) // count))
        with started([Contender("trainer", "peers.ours", case)] * count, scope.seconds / 3) as running:
            speed = at_once(running)
        failure = next((each.failure for each in running if each.failure), "")
        alone = rows[0].speed if rows else speed
        ratio = speed / alone if alone and not failure else None
        rows.append(Row(what=f"together: {count}", speed=None if failure else speed, ratio=ratio, note=failure))
    return rows


def where_time_goes(scope: Scope) -> list[Row]:
    """The speed of each part alone; nothing is faster than its slowest part."""
    parts = [part for part in parts_of(scope.tf32, 1 if scope.small else 3) if not part.of_learning]
    return [Row(what=f"{part.what} alone", speed=scope.case.batch_size / part.seconds) for part in parts]


def gpu_tests(scope: Scope) -> list[Row]:
    """Every test marked `gpu`."""
    if scope.device.type != "cuda":
        return [Row(what="tests marked `gpu`", note="need a GPU")]
    files = [str(file) for file in (ROOT / "tests").rglob("test_*.py") if "@pytest.mark.gpu" in file.read_text()]
    # Warnings of other versions of the packages are no failures here.
    options = ["-q", "-m", "gpu", "-W", "default", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, *files]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=scope.seconds)
    except subprocess.TimeoutExpired:
        return [Row(what="tests marked `gpu`", note=f"not done after {scope.seconds:.0f} s")]
    print(ended.stdout[-4000:], ended.stderr[-2000:], flush=True)
    return [Row(what="tests marked `gpu`", note=ended.stdout.strip().splitlines()[-1].strip("= "))]


SECTIONS: dict[str, tuple[str, float, Callable[[Scope], list[Row]]]] = {
    "peers": ("PPO on Procgen StarPilot, IMPALA", 0.25, peers),
    "population": ("75 specialists of the fork maze", 0.2, specialists),
    "settings": ("Our settings for a GPU", 0.3, settings),
    "shared": ("Several trainers on one card", 0.15, shared_card),
    "parts": ("Where our time goes, TF32", 0.05, where_time_goes),
    "tests": ("Tests", 0.1, gpu_tests),
}
"""Title, share of the whole time, and what answers."""


def _compared(contenders: Sequence[Contender], scope: Scope) -> list[Row]:
    """In turn; ratios to the first."""
    contenders = contenders[:2] if scope.small else contenders
    found = in_turn(contenders, 1 if scope.small else ROUNDS, scope.seconds)
    reference = found[0].windows
    return [
        speed_row(each.title, one.windows, reference, one.failure) for each, one in zip(contenders, found, strict=True)
    ]
