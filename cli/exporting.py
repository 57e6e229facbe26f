"""Runs that have ended, in the formats of TensorBoard and W&B."""

from dataclasses import dataclass
from pathlib import Path
from threading import Event

from gsl.cli.outcomes import Failure
from gsl.exporters import of_record
from gsl.exporters.about import MissingPackageError, check_installed
from gsl.record import RunRecord


@dataclass(frozen=True)
class Elsewhere:
    """The folders that were asked for."""

    tensorboard: Path | None
    wandb: Path | None
    force: bool

    def __bool__(self) -> bool:
        return self.tensorboard is not None or self.wandb is not None

    def write(self, record: RunRecord, number: int) -> list[Path]:
        """Returns the folders written. Raises `Failure` if a package is missing, or before it replaces anything."""
        try:
            return [*self._tensorboard(record, number), *self._wandb(record, number)]
        except MissingPackageError as error:
            raise Failure(str(error)) from error

    def _tensorboard(self, record: RunRecord, number: int) -> list[Path]:
        if self.tensorboard is None:
            return []
        check_installed("tensorboard")
        from gsl.exporters import tensorboard  # an extra

        about = of_record.about(record, number)
        self._check_free([self.tensorboard / about.folder])
        return [tensorboard.write(self.tensorboard, about, of_record.jobs(record), of_record.ending(record))]

    def _wandb(self, record: RunRecord, number: int) -> list[Path]:
        if self.wandb is None:
            return []
        check_installed("wandb")
        from gsl.exporters import wandb_offline

        about, jobs = of_record.about(record, number), list(of_record.jobs(record))
        self._check_free(wandb_offline.earlier(self.wandb, about, jobs))
        try:
            return wandb_offline.write(self.wandb, about, jobs, of_record.ending(record), Event())
        except wandb_offline.WandbError as error:
            raise Failure(str(error)) from error

    def _check_free(self, places: list[Path]) -> None:
        for place in places:
            if place.exists() and not self.force:
                raise Failure(f"{place} exists; --force replaces it")
