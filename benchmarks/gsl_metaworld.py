"""Does GSL work on Meta-World? GSL with two guides and the plain generalist at equal total environment steps.

    nice python -m benchmarks.gsl_metaworld --seeds 1 2 3 4 5

Three million steps a run, on the five tasks of MT10 that this learner can learn alone: a specialist cannot teach what
it does not learn. All arms have the same learner; tasks and settings were chosen on seeds that take no part in results.
"""

from benchmarks.method.command import main
from benchmarks.method.study import BASELINE, Case, Study
from gsl.config.guides import DAPG, DAgger, GuideSettings
from gsl.config.method import BudgetSettings, EvaluationSettings, SpecialistSettings
from gsl.config.presets import PRESETS
from gsl.config.recommended import plateau_within
from gsl.config.run import RunConfig

TASKS = ("reach-v3", "drawer-close-v3", "button-press-topdown-v3", "window-open-v3", "window-close-v3")
"""Learned by one policy each within 250 000 steps (seed 1001), where door-open and drawer-open stayed at 0; push,
pick-place and peg-insert-side stayed at 0 in MT10."""
TOTAL_STEPS, GENERALIST_STEPS, SPECIALIST_STEPS = 3_000_000, 1_000_000, 200_000
SPECIALISTS = 3
EPISODES = 20
"""Of each task in an evaluation."""
GUIDES: dict[str, GuideSettings] = {
    "dapg": DAPG(form="log_probability", coefficient=0.1),
    "dagger": DAgger(coefficient=1.0),
}

PRESET = PRESETS["metaworld-mt10"].config
BASE = RunConfig.model_validate(
    PRESET.model_dump()
    | {
        "suite": PRESET.suite.model_dump() | {"only_tasks": TASKS, "processes": 1},
        "plateau": plateau_within(PRESET.learner, GENERALIST_STEPS, "success"),
        "specialists": SpecialistSettings(count=SPECIALISTS, variations_each=1, steps=SPECIALIST_STEPS),
        "evaluation": EvaluationSettings(episodes=EPISODES),
        "budget": BudgetSettings(total_steps=TOTAL_STEPS, generalist_steps=GENERALIST_STEPS),
    }
)

STUDY = Study(
    name="gsl_metaworld",
    title="GSL against the plain generalist on Meta-World at equal total steps",
    cases=(Case("mt10-five", "Five tasks of Meta-World MT10", BASE, GUIDES),),
    arms=("dapg", "dagger", BASELINE),
    seeds=(1, 2, 3, 4, 5),
)

if __name__ == "__main__":
    main(STUDY)
