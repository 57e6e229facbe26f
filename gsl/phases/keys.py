"""Keys of a run's jobs: `generalist-2` is the second segment of the first cycle, `generalist-3-2` that of the third."""

LAST_EVALUATION = "evaluation-final"
BEFORE_EVALUATION = "evaluation-before"
"""The policy at the first approved gate, measured afresh: what selected the variations cannot say what they gained."""


def generalist(cycle: int, segment: int) -> str:
    """Later cycles begin with the fine-tuned policy; their segments count from 2, and are there only if a gate said
    that it shall train on."""
    return f"generalist-{_place(cycle, segment)}"


def evaluation(cycle: int, segment: int) -> str:
    """The one before a gate: its evidence."""
    return f"evaluation-{_place(cycle, segment)}"


def lowest(cycle: int) -> str:
    """The generalist trained on the lowest variations, from which specialists are cloned."""
    return f"lowest-{cycle}"


def specialist(cycle: int, index: int, rung: int = 1) -> str:
    """`specialist-1-3-2` goes on in the second rung where `specialist-1-3` stopped."""
    return f"specialist-{cycle}-{index}" if rung == 1 else f"specialist-{cycle}-{index}-{rung}"


def demonstrations(cycle: int, index: int) -> str:
    """Those of specialist `index`, or of the generalist (0)."""
    return f"demonstrations-{cycle}-{index}"


def finetune(cycle: int) -> str:
    return f"finetune-{cycle}"


def place_of(key: str) -> tuple[int, int]:
    """Cycle and segment of a generalist's or a gate's evaluation's key. Raises ValueError for a measurement's."""
    *cycle, segment = (int(part) for part in key.split("-")[1:])
    return (cycle[0] if cycle else 1), segment


def _place(cycle: int, segment: int) -> str:
    return str(segment) if cycle == 1 else f"{cycle}-{segment}"
