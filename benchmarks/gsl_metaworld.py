"""Does GSL work on Meta-World? MT10: GSL with two guides and the plain generalist at equal total environment steps.

    nice python -m benchmarks.gsl_metaworld --seeds 2 3 4 5 6

Three million steps a run. All arms have the same learner; settings were chosen on seeds 1001 and 1, which take no part
in results. There, H fired where success stalled near 0.15, and most of the lowest tasks were out of reach: after
250 000 steps on one task alone, button-press-topdown was at 0.89 and window-open at 0.75, door-open and drawer-open at
0. So eight tasks get a specialist, and halving leaves the steps to those that improve. Those that did were at 0.9 after
70 000 to 170 000 steps, and their other 200 000 steps taught them nothing; so a specialist that has solved its task
stops, and leaves its steps to fine-tuning.
"""

from benchmarks.method.command import main
from benchmarks.method.study import BASELINE, Case, Study
from gsl.config.guides import DAPG, DAgger, GuideSettings
from gsl.config.method import BudgetSettings, EvaluationSettings, SpecialistSettings
from gsl.config.presets import PRESETS
from gsl.config.recommended import plateau_within
from gsl.config.run import RunConfig

TOTAL_STEPS, GENERALIST_STEPS, SPECIALIST_STEPS = 3_000_000, 1_000_000, 150_000
SPECIALISTS, RUNGS, SOLVED_AT = 8, 2, 0.9
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
        "suite": PRESET.suite.model_dump() | {"processes": 1},
        "plateau": plateau_within(PRESET.learner, GENERALIST_STEPS, "success"),
        "specialists": SpecialistSettings(
            count=SPECIALISTS, variations_each=1, steps=SPECIALIST_STEPS, rungs=RUNGS, solved_at=SOLVED_AT
        ),
        "evaluation": EvaluationSettings(episodes=EPISODES),
        "budget": BudgetSettings(total_steps=TOTAL_STEPS, generalist_steps=GENERALIST_STEPS),
    }
)

STUDY = Study(
    name="gsl_metaworld",
    title="GSL against the plain generalist on Meta-World at equal total steps",
    cases=(Case("mt10", "Meta-World MT10", BASE, GUIDES),),
    arms=("dapg", "dagger", BASELINE),
    seeds=(2, 3, 4, 5, 6),
)

if __name__ == "__main__":
    main(STUDY)
