"""A study whose runs take a second, and outcomes that nobody had to run for."""

from benchmarks.method.outcomes import GateSummary, Measured, Outcome
from benchmarks.method.study import BASELINE, Case, Study
from gsl.config.guides import DAPG, NoGuide
from tests.worker.local_run.test_run import TINY_RUN

TINY = Case("tiny", "Tiny maze", TINY_RUN, {"dapg": DAPG(), "none": NoGuide()})
STUDY = Study("gsl_tiny", "Tiny", (TINY,), ("dapg", BASELINE), (1, 2))
FINAL = {"dapg": (1.0, 0.9), "none": (0.6, 0.7), BASELINE: (0.5, 0.7)}


def outcome(arm: str, seed: int, final: float, case: Case = TINY, status: str = "succeeded") -> Outcome:
    return Outcome(
        case=case.name, arm=arm, seed=seed, metric=case.metric, status=status, message="", seconds=1.0,
        final=Measured(training={0: final, 1: final}, held_out={4: final / 2}), before=Measured(training={0: 0.4}),
        gates=(GateSummary(cycle=1, fired="plateau", steps=1024, figure=0.3, partition=((0,),), specialist_steps=512),),
        steps=5900, measured_steps=100, curve=(0.1,) * 20 + (None,) * 30 + (final,) * 50, config=case.config(arm, seed),
    )  # fmt: skip


def outcomes(case: Case = TINY) -> list[Outcome]:
    return [outcome(arm, seed, final, case) for arm, both in FINAL.items() for seed, final in enumerate(both, start=1)]
