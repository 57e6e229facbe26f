"""What is said of the edits with which a gate was approved."""

from typing import Any

from gsl.backend.domain.gate_edits import described
from gsl.protocol.api import GateProposal

NAMES = {number: f"goal {number}" for number in range(20)}


def split(*parts: tuple[int, ...], **fields: Any) -> GateProposal:
    return GateProposal(partition=parts, **{"specialist_steps": 1000, "start": "clone", **fields})


def test_every_change_is_a_sentence() -> None:
    before = split((1, 2), (3,))
    assert described(before, before, NAMES) == ()
    assert described(before, split((1,), (2, 3)), NAMES) == ("with another specialist: goal 2",)
    assert described(before, split((1, 4), (3,)), NAMES) == ("left out: goal 2", "added: goal 4")
    assert described(before, split((1, 2, 3), specialist_steps=2500, start="scratch"), NAMES) == (
        "1 specialist instead of 2",
        "2,500 steps each instead of 1,000",
        "they start from scratch instead of as a copy of the generalist",
    )


def test_long_lists_are_cut() -> None:
    [sentence] = described(split(tuple(range(9)), (10,)), split((0,), (10,)), NAMES)
    assert sentence == "left out: goal 1, goal 2, goal 3, goal 4, goal 5 and 3 more"
