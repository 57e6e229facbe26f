"""The former name of `worker.local_run.LocalRun`, until the next release."""

from worker.local_run import LocalRun as RunAlone

__all__ = ["RunAlone"]
