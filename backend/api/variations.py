"""Variations of a run: all of them with ranks and clusters, and one with its whole story."""

from typing import Annotated

from fastapi import Path, Query

from gsl.backend.api.deps import Reading, RunId, problems, router
from gsl.backend.store import runs, variation, variations
from gsl.protocol.api.variations import VariationPublic, VariationsPublic

routes = router("measurements")

MOST_CLUSTERS = 32


@routes.get("/runs/{run_id}/variations", summary="List a run's variations", responses=problems(404))
def list_variations(
    run_id: RunId,
    session: Reading,
    clusters: Annotated[
        int | None,
        Query(
            ge=2,
            le=MOST_CLUSTERS,
            description="Also puts the training variations into so many clusters of similar returns and policy "
            "features, as the partition `clustered` does.",
        ),
    ] = None,
) -> VariationsPublic:
    """The latest estimate of each variation by the run's own policy, with its rank; the lowest mean return is first."""
    return variations.listed(session, runs.get(session, run_id).id or 0, clusters)


@routes.get(
    "/runs/{run_id}/variations/{variation_id}", summary="Get all that is known of a variation", responses=problems(404)
)
def get_variation(
    run_id: RunId,
    variation_id: Annotated[int, Path(description="Number of the variation.", ge=0, le=2**53, examples=[3])],
    session: Reading,
) -> VariationPublic:
    """Its curve over all phases, the gates' evidence, who trained on it, its demonstrations, and whether it was gained
    or forgotten. 404 says which variations there are."""
    return variation.told(session, runs.get(session, run_id), variation_id)
