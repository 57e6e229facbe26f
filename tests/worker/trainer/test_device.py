"""Freed memory that stays: no page is zeroed twice."""

import subprocess
import sys

# In a process of its own: what is set stays set.
PROGRAM = """
import resource
import torch
from gsl.worker.trainer.device import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(40):
        torch.zeros(12_000_000)  # 48 MB: above the size from which glibc always asks the system
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(faults(), keep_freed_memory(), faults())
"""


def test_large_blocks_are_used_again() -> None:
    answer = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    given_back, understood, kept = answer.stdout.split()
    assert understood == "True"
    assert int(kept) < int(given_back) / 2
