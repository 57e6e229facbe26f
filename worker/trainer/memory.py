"""Freed memory stays with the process: layers on a CPU allocate and free the same large blocks thousands of times.

Each time, the C library would give such a block back to the system and the system would zero it again: a fifth of the
time of training IMPALA on a CPU.
"""

import ctypes
import logging
import sys

log = logging.getLogger(__name__)

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # glibc's malloc.h: M_TRIM_THRESHOLD, M_MMAP_MAX
_NEVER = 2**31 - 1


def keep_freed_memory() -> bool:
    """Tell glibc's allocator; whether it understood. Elsewhere nothing changes but the speed."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library, musl for one
        log.info("this C library gives freed memory back: training on the CPU is slower")
        return False
    return bool(mallopt(_MMAP_MAX, 0) and mallopt(_TRIM_THRESHOLD, _NEVER))
