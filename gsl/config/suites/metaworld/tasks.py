"""The tasks and benchmarks of Meta-World 3, without importing the package (a test compares them with it)."""

from typing import Final, Literal

from gsl.config.errors import did_you_mean

Benchmark = Literal["MT1", "MT10", "MT50", "ML10", "ML45"]

TASKS: Final = tuple(
    """
    assembly basketball bin-picking box-close button-press-topdown button-press-topdown-wall button-press
    button-press-wall coffee-button coffee-pull coffee-push dial-turn disassemble door-close door-lock door-open
    door-unlock hand-insert drawer-close drawer-open faucet-open faucet-close hammer handle-press-side handle-press
    handle-pull-side handle-pull lever-pull pick-place-wall pick-out-of-hole pick-place plate-slide plate-slide-side
    plate-slide-back plate-slide-back-side peg-insert-side peg-unplug-side soccer stick-push stick-pull push push-wall
    push-back reach reach-wall shelf-place sweep-into sweep window-open window-close
    """.replace("\n", " ").split()
)
"""Without the suffix `-v3`, in the package's order."""

_MT10 = (
    "reach push pick-place door-open drawer-open drawer-close button-press-topdown peg-insert-side window-open "
    "window-close"
)
_ML10 = "reach push pick-place door-open drawer-close button-press-topdown peg-insert-side window-open sweep basketball"
_ML10_TEST = "drawer-open door-close shelf-place sweep-into lever-pull"
_ML45_TEST = "bin-picking box-close hand-insert door-lock door-unlock"


def task_names(short: str | tuple[str, ...]) -> tuple[str, ...]:
    """Task names with the package's suffix."""
    return tuple(f"{name}-v3" for name in (short.split() if isinstance(short, str) else short))


TASK_NAMES: Final = task_names(TASKS)

BENCHMARKS: Final[dict[Benchmark, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "MT10": (task_names(_MT10), ()),
    "MT50": (TASK_NAMES, ()),
    "ML10": (task_names(_ML10), task_names(_ML10_TEST)),
    "ML45": (tuple(name for name in TASK_NAMES if name[:-3] not in _ML45_TEST.split()), task_names(_ML45_TEST)),
}
"""Training and test tasks of every benchmark with fixed tasks."""

EXPERT_REWARD: Final = {
    "assembly-v3": 8.63,
    "basketball-v3": 6.73,
    "bin-picking-v3": 7.97,
    "box-close-v3": 5.38,
    "button-press-topdown-v3": 7.62,
    "button-press-topdown-wall-v3": 4.21,
    "button-press-v3": 1.12,
    "button-press-wall-v3": 8.04,
    "coffee-button-v3": 0.995,
    "coffee-pull-v3": 8.47,
    "coffee-push-v3": 7.35,
    "dial-turn-v3": 8.08,
    "disassemble-v3": 7.69,
    "door-close-v3": 8.91,
    "door-lock-v3": 6.85,
    "door-open-v3": 8.45,
    "door-unlock-v3": 6.8,
    "hand-insert-v3": 9.18,
    "drawer-close-v3": 8.48,
    "drawer-open-v3": 8.05,
    "faucet-open-v3": 8.36,
    "faucet-close-v3": 7.36,
    "hammer-v3": 4.98,
    "handle-press-side-v3": 2.22,
    "handle-press-v3": 2.59,
    "handle-pull-side-v3": 6.31,
    "handle-pull-v3": 8.02,
    "lever-pull-v3": 1.45,
    "pick-place-wall-v3": 8.56,
    "pick-out-of-hole-v3": 6.82,
    "pick-place-v3": 8.61,
    "plate-slide-v3": 9.13,
    "plate-slide-side-v3": 5.77,
    "plate-slide-back-v3": 2.35,
    "plate-slide-back-side-v3": 1.97,
    "peg-insert-side-v3": 7.31,
    "peg-unplug-side-v3": 2.35,
    "soccer-v3": 6.62,
    "stick-push-v3": 2.47,
    "stick-pull-v3": 0.868,
    "push-v3": 8.27,
    "push-wall-v3": 8.71,
    "push-back-v3": 0.727,
    "reach-v3": 9.68,
    "reach-wall-v3": 9.62,
    "shelf-place-v3": 5.11,
    "sweep-into-v3": 4.1,
    "sweep-v3": 8.81,
    "window-open-v3": 4.04,
    "window-close-v3": 7.23,
}
"""Mean reward per step of the package's scripted policy (3.1.1): 10 episodes of 500 steps on the first goals of
`MT1(task, seed=0)`, with actions clipped to [-1, 1].

It is not an upper bound: some scripted policies succeed and then stay where rewards are low."""


def refuse_unknown(name: str) -> None:
    """Raise ValueError with suggestions if Meta-World has no such task."""
    if name not in TASK_NAMES:
        raise ValueError(f"unknown task {name!r}{did_you_mean(name, TASK_NAMES, listed=len(TASK_NAMES))}")
