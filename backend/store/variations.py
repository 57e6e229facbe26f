"""The variations of a run, with ranks by their latest estimates and the method's clusters of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from gsl.backend.db.evaluation_models import EvaluationFeatures
from gsl.backend.db.models import Job
from gsl.backend.domain.figure_data import VariationScores
from gsl.backend.domain.variation_choice import described
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.store.figures.snapshots import latest_snapshot
from gsl.backend.store.suites import suite_of
from gsl.config.suites import SuiteSettings
from gsl.method.partition import split
from gsl.protocol.api.variations import VariationsPublic, VariationSummary

_Features = tuple[tuple[int, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Known:
    """The variations of a run: those trained on, and the held-out ones that were measured."""

    suite: SuiteSettings
    training: VariationScores | None
    held_out: VariationScores | None

    @property
    def items(self) -> list[VariationSummary]:
        return [*self.of(held_out=False), *self.of(held_out=True)]

    def of(self, *, held_out: bool) -> list[VariationSummary]:
        """In the order of their numbers."""
        if held_out:
            measured = [] if self.held_out is None else self.held_out.variations.tolist()
            return _summaries(self.suite, measured, self.held_out, held_out=True)
        return _summaries(self.suite, self.suite.training_variations(), self.training, held_out=False)


def known(session: Session, run_id: int) -> Known:
    latest, held_out = (latest_snapshot(session, run_id, source).panels for source in (None, "held_out"))
    return Known(suite_of(session, run_id), *(panels[0] if panels else None for panels in (latest, held_out)))


def listed(session: Session, run_id: int, clusters: int | None) -> VariationsPublic:
    """Raises `InvalidError` for more clusters than there are measured variations."""
    found = known(session, run_id)
    items, by = found.items, ""
    if clusters is not None:
        items, by = _clustered(session, run_id, items, clusters)
    return VariationsPublic(
        measured=found.training.title if found.training else "",
        source=found.training.source if found.training else None,
        clustered_by=by,
        items=items,
    )


def of_run(found: Known, run_id: int, variation: int) -> VariationSummary:
    """The variation, which may not have been measured yet. Raises `NotFoundError`, which says which there are."""
    measured = next((item for item in found.items if item.variation == variation), None)
    if measured is not None:
        return measured
    held_out = found.suite.held_out_variations()
    if variation in held_out:
        return _summaries(found.suite, [variation], None, held_out=True)[0]
    raise NotFoundError(
        f"Run {run_id} has no variation {variation}. It trains on {described(found.suite.training_variations())} and "
        f"holds out {described([*held_out, *(item.variation for item in found.of(held_out=True))])}."
    )


def _summaries(
    suite: SuiteSettings, variations: Sequence[int], scores: VariationScores | None, *, held_out: bool
) -> list[VariationSummary]:
    rows = {} if scores is None else {number: row for row, number in enumerate(scores.variations.tolist())}
    ranks = {} if scores is None else _ranks(scores)
    found = []
    for number in variations:
        row = rows.get(number)
        mean, success = (None, None) if scores is None or row is None else _scores(scores, row)
        found.append(
            VariationSummary(
                variation=number, name=suite.variation_name(number), held_out=held_out, rank=ranks.get(number),
                episodes=0 if scores is None or row is None else int(scores.episodes[row]),
                mean_return=mean, success_rate=success,
            )
        )  # fmt: skip
    return found


def _scores(scores: VariationScores, row: int) -> tuple[float | None, float | None]:
    """Mean return and success rate, with None for NaN."""
    pair = float(scores.scores.returns[row]), float(scores.scores.success[row])
    mean, success = (None if np.isnan(value) else value for value in pair)
    return mean, success


def _ranks(scores: VariationScores) -> dict[int, int]:
    """From 1, the lowest mean return; equals are in the order of their numbers."""
    returns = scores.scores.returns
    order = [place for place in np.argsort(returns, kind="stable").tolist() if not np.isnan(returns[place])]
    return {int(scores.variations[place]): rank for rank, place in enumerate(order, start=1)}


def _clustered(
    session: Session, run_id: int, items: Sequence[VariationSummary], count: int
) -> tuple[list[VariationSummary], str]:
    """The training variations in the clusters that the method would split them into, and what these are made from."""
    returns = {item.variation: item.mean_return for item in items if item.mean_return is not None and not item.held_out}
    if count > len(returns):
        raise InvalidError.field("clusters", f"must be at most {len(returns)}, the number of measured variations")
    features = _features(session, run_id)
    found = _clusters(tuple(returns.items()), features, count)
    by = "returns and the policy's features" if features else "returns alone, because no policy features were recorded"
    return [item.model_copy(update={"cluster": found.get(item.variation)}) for item in items], by


@lru_cache(maxsize=64)  # of 1024 variations it takes two seconds
def _clusters(returns: tuple[tuple[int, float], ...], features: _Features, count: int) -> Mapping[int, int]:
    """The cluster of each variation, from 1, the one with the lowest mean return."""
    value = dict(returns)
    parts = split(tuple(value), count, "clustered", value, 0, dict(features))
    ordered = sorted(parts, key=lambda part: sum(value[each] for each in part) / len(part))
    return {variation: number for number, part in enumerate(ordered, start=1) for variation in part}


def _features(session: Session, run_id: int) -> _Features:
    """Those of the newest evaluation that recorded any."""
    joined = select(col(EvaluationFeatures.features)).join(Job, col(Job.id) == col(EvaluationFeatures.job_id))
    newest = joined.where(col(Job.run_id) == run_id).order_by(col(Job.id).desc()).limit(1)
    found = session.execute(newest).scalar_one_or_none() or {}
    return tuple((int(variation), tuple(numbers)) for variation, numbers in found.items())
