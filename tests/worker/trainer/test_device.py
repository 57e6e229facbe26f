"""Freed memory that stays: no page is zeroed twice."""

import subprocess
import sys

PROGRAM = """
import sys, resource
import torch
from worker.trainer.device import keep_freed_memory
kept = keep_freed_memory() if sys.argv[1] == "keep" else False
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(40):
    torch.zeros(12_000_000)  # 48 MB: above the size from which glibc always asks the system
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before, kept)
"""


def faults(how: str) -> tuple[int, bool]:
    answer = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    count, kept = answer.stdout.split()
    return int(count), kept == "True"


def test_large_blocks_are_used_again() -> None:
    given_back, _ = faults("give back")
    kept, understood = faults("keep")
    assert understood
    assert kept < given_back / 2
