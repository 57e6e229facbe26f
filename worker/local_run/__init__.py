"""A whole run in one process, without a server: `LocalRun`."""

from worker.local_run.run import LocalRun

__all__ = ["LocalRun"]
