"""Keys of a run's jobs: `generalist-2` is the second segment of the first cycle, `generalist-3-2` that of the third."""

LAST_EVALUATION = "evaluation-final"
BEFORE_EVALUATION = "evaluation-before"
"""The policy at the first approved gate, measured again: the evaluation that selected variations would bias gains."""


_CONTINUED = "continued-"
_AFTER_CONTINUED = "evaluation-continued-"


def continued(number: int) -> str:
    """Training that was asked for after the run's result was known, counted from 1."""
    return f"{_CONTINUED}{number}"


def continued_evaluation(number: int) -> str:
    """The evaluation after it."""
    return f"{_AFTER_CONTINUED}{number}"


def of_continuation(key: str) -> bool:
    """Whether the job belongs to a continuation, not to what the run was launched for."""
    return key.startswith((_CONTINUED, _AFTER_CONTINUED))


def measures_result(key: str) -> bool:
    """Whether the job evaluates the policy that the run, or a continuation of it, ended with."""
    return key == LAST_EVALUATION or key.startswith(_AFTER_CONTINUED)


def measures_apart(key: str) -> bool:
    """Whether the job is an evaluation that is no gate's evidence."""
    return key == BEFORE_EVALUATION or measures_result(key)


def generalist(cycle: int, segment: int) -> str:
    """Segments of later cycles count from 2, after fine-tuning; they exist only if a gate was rejected."""
    return f"generalist-{_place(cycle, segment)}"


def evaluation(cycle: int, segment: int) -> str:
    """The evaluation before a gate, which is its evidence."""
    return f"evaluation-{_place(cycle, segment)}"


def lowest(cycle: int) -> str:
    """The generalist trained on the lowest variations, from which specialists are cloned."""
    return f"lowest-{cycle}"


def specialist(cycle: int, index: int, rung: int = 1) -> str:
    """`specialist-1-3-2` resumes in the second rung where `specialist-1-3` stopped."""
    return f"specialist-{cycle}-{index}" if rung == 1 else f"specialist-{cycle}-{index}-{rung}"


def demonstrations(cycle: int, index: int) -> str:
    """Demonstrations of specialist `index`, or of the generalist (0)."""
    return f"demonstrations-{cycle}-{index}"


def finetune(cycle: int) -> str:
    return f"finetune-{cycle}"


def video(checkpoint_sha256: str, variation: int, seed: int, *, deterministic: bool, episodes: int) -> str:
    """The same for everybody who asks for the same: the content of the checkpoint counts, not its number."""
    mode = "greedy" if deterministic else "sampled"
    return f"video-{checkpoint_sha256[:16]}-{variation}-{seed}-{mode}-{episodes}"


def place_of(key: str) -> tuple[int, int]:
    """Cycle and segment of a generalist's or a gate evaluation's key. Raises ValueError for a measurement's key."""
    *cycle, segment = (int(part) for part in key.split("-")[1:])
    return (cycle[0] if cycle else 1), segment


def _place(cycle: int, segment: int) -> str:
    return str(segment) if cycle == 1 else f"{cycle}-{segment}"
