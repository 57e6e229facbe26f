"""A whole run in one process, without a server: `LocalRun`."""

from gsl.worker.local_run.run import LocalRun

__all__ = ["LocalRun"]
