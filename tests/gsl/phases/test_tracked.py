"""After the approved gate of a run that is tracked: what its script has done with the specialists, and its end."""

import pytest

from gsl.phases import Proposal, ScriptView
from gsl.phases.specialists import specialists_of_script
from gsl.protocol.jobs import RunStatus

SPLIT = Proposal(((0,), (1, 2), (3,)), 500, "clone")


@pytest.mark.parametrize(
    ("specialists", "ended", "status", "message"),
    [
        ({}, False, "specialists", "0 of 3 specialists ended; its script trains each as a run of its own"),
        ({1: "generalist", 2: "succeeded"}, False, "specialists", "1 of 3 specialists ended; its script"),
        ({1: "failed", 2: "succeeded"}, False, "specialists", "2 of 3 specialists ended"),
        ({1: "succeeded", 2: "succeeded", 3: "succeeded"}, False, "succeeded", "3 of 3 specialists trained"),
        ({1: "failed", 2: "cancelled", 3: "succeeded"}, False, "succeeded", "of which 1 failed, 1 cancelled"),
        ({2: "succeeded"}, True, "succeeded", "1 of 3 specialists trained by its script"),
        ({}, True, "succeeded", "0 of 3 specialists trained by its script"),
    ],
)  # fmt: skip
def test_it_waits_for_all_or_for_the_scripts_word(
    specialists: dict[int, RunStatus], ended: bool, status: RunStatus, message: str
) -> None:
    plan = specialists_of_script(ScriptView(ended, specialists), SPLIT)
    assert plan.status == status
    assert message in plan.message
    assert plan.jobs == ()
