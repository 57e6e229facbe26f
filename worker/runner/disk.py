"""Whether this machine's disk can hold a job's files."""

import shutil
from pathlib import Path

_NEEDED_BYTES = 64 << 20
_PROBE = b"x" * 4096


def disk_trouble(worker_dir: Path) -> str | None:
    """What is wrong with the disk of this folder, and what to do; None if files can be written there."""
    probe = worker_dir / "slots" / "disk-probe"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(worker_dir).free
        if free < _NEEDED_BYTES:
            return f"The disk of {worker_dir} has {free >> 20} MiB left. Free at least {_NEEDED_BYTES >> 20} MiB there."
        probe.write_bytes(_PROBE)
        probe.unlink(missing_ok=True)
    except OSError as error:
        return f"Files cannot be written in {worker_dir}: {error.strerror or error}."
    return None
