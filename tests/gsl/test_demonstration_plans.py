"""What demonstrations jobs must return, and a run whose demonstrations were filtered to none."""

from typing import Any

import pytest

from gsl.selection import shrunk_means
from tests.gsl.runs import World, config_of, returns


def approved(**parts: Any) -> World:
    """Specialists train, four variations with the returns 0, 0.1, 0.2, 0.3 having been measured at the gate."""
    world = World(config_of(**{"gate": {"mode": "auto"}, **parts}))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    return world


def test_thresholds_are_the_generalists_corrected_means_only_with_the_return_filter() -> None:
    """Measured were 0, 0.1, 0.2, 0.3. What specialists must exceed lies above that, what the generalist must reach
    never does."""
    world = approved(demonstrations={"filter": "return"})
    corrected = shrunk_means(world.evaluations["evaluation-1"])
    own = world.specs["demonstrations-1-0"].thresholds
    assert own == {2: pytest.approx(min(0.2, corrected[2])), 3: pytest.approx(min(0.3, corrected[3]))}
    world.finish("specialist-1-1")
    [(variation, threshold)] = world.specs["demonstrations-1-1"].thresholds.items()
    assert threshold == pytest.approx(corrected[variation])
    assert threshold > 0.1 * variation
    assert approved().specs["demonstrations-1-0"].thresholds == {}


def test_a_variation_that_was_not_measured_has_the_mean_of_all_as_threshold() -> None:
    world = World(config_of(demonstrations={"filter": "return"}, gate={"mode": "auto"}))
    world.advance()
    world.finish("generalist-1", outcome="plateau")
    world.evaluations["evaluation-1"] = returns(world.config, {0: 0.4, 1: 0.4, 2: 0.4})
    world.finish("evaluation-1")
    world.finish("specialist-1-1")
    world.finish("specialist-1-2")
    given = {v: t for spec in world.specs.values() if spec.index for v, t in spec.thresholds.items()}
    own = world.specs["demonstrations-1-0"].thresholds
    assert (given | own).keys() == {0, 1, 2, 3}
    assert list((given | own).values()) == pytest.approx([0.4] * 4)
