"""What a person changed of a gate's proposal, in sentences. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from gsl.protocol.api import GateProposal
from gsl.protocol.api.gates import SpecialistStart

_NAMED = 5  # variations in a sentence
_STARTS: Mapping[SpecialistStart, str] = {
    "clone": "as a copy of the generalist",
    "clone_fresh_head": "as a copy of the generalist with a fresh policy head",
    "scratch": "from scratch",
}


def described(proposal: GateProposal, decision: GateProposal, names: Mapping[int, str]) -> tuple[str, ...]:
    """Empty if it was approved as proposed; `names` are those of the variations."""
    return tuple(_changes(proposal, decision, names))


def _changes(proposal: GateProposal, decision: GateProposal, names: Mapping[int, str]) -> Iterator[str]:
    before, after = len(proposal.partition), len(decision.partition)
    if before != after:
        yield f"{after} specialist{'' if after == 1 else 's'} instead of {before}"
    if proposal.specialist_steps != decision.specialist_steps:
        yield f"{decision.specialist_steps:,} steps each instead of {proposal.specialist_steps:,}"
    if proposal.start != decision.start:
        yield f"they start {_STARTS[decision.start]} instead of {_STARTS[proposal.start]}"
    was, becomes = _places(proposal), _places(decision)
    if left_out := was.keys() - becomes.keys():
        yield f"left out: {_named(left_out, names)}"
    if added := becomes.keys() - was.keys():
        yield f"added: {_named(added, names)}"
    moved = [variation for variation in was.keys() & becomes.keys() if was[variation] != becomes[variation]]
    if moved and before == after:
        yield f"with another specialist: {_named(moved, names)}"


def _places(split: GateProposal) -> dict[int, int]:
    return {variation: place for place, part in enumerate(split.partition) for variation in part}


def _named(variations: Iterable[int], names: Mapping[int, str]) -> str:
    ordered = sorted(variations)
    shown = ", ".join(names.get(variation, f"variation {variation}") for variation in ordered[:_NAMED])
    return f"{shown} and {len(ordered) - _NAMED} more" if len(ordered) > _NAMED else shown
