"""The bin: what was deleted, until it is restored or gone for good."""

from gsl.client import models
from gsl.client.endpoints import Conversation, Pages, Request, ask, endpoint, paged, post


class BinCalls:
    """What the clients can delete and restore."""

    @endpoint
    def delete_run(self, run_id: int) -> Conversation[None]:
        """Put a run that has ended into the bin, where it is kept for 30 days."""
        yield from ask(Request("DELETE", f"/runs/{run_id}"))

    @endpoint
    def delete_experiment(self, experiment_id: int) -> Conversation[None]:
        """Put an experiment and its runs, which have ended, into the bin."""
        yield from ask(Request("DELETE", f"/experiments/{experiment_id}"))

    @paged
    def bin(self) -> Pages[models.BinItem]:
        """What is in the bin, deleted last first."""
        return Pages(models.BinItem, "/bin")

    @endpoint
    def restore_run(self, run_id: int) -> Conversation[models.Run]:
        return post(models.Run, f"/bin/runs/{run_id}/restore")

    @endpoint
    def restore_experiment(self, experiment_id: int) -> Conversation[models.Experiment]:
        """With the runs that were deleted with it."""
        return post(models.Experiment, f"/bin/experiments/{experiment_id}/restore")

    @endpoint
    def purge_run(self, run_id: int) -> Conversation[None]:
        """Delete a run that is in the bin for good; for admins."""
        yield from ask(Request("DELETE", f"/bin/runs/{run_id}"))

    @endpoint
    def purge_experiment(self, experiment_id: int) -> Conversation[None]:
        """Delete an experiment that is in the bin for good, with its runs; for admins."""
        yield from ask(Request("DELETE", f"/bin/experiments/{experiment_id}"))
