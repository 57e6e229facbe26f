"""Multi-task learners on MT10 at equal steps: PPO, TRPO, SAC, and GSL with PPO.

    nice python -m benchmarks.mt10_learners --seeds 2 3 4 5 6

The arms of the preset `metaworld-mt10-learners` with three tenths of its steps: 600,000 a run. Published runs have 20
million and more, but SAC makes 400 steps a second on a core.
"""

from pydantic import TypeAdapter

from benchmarks.method.command import main
from benchmarks.method.study import BASELINE, Case, Study
from gsl.config.presets import PRESETS
from gsl.config.recommended import plateau_within
from gsl.config.run import Learner, RunConfig

PRESET = PRESETS["metaworld-mt10-learners"]
SHARE = 0.3


def _reduced(config: RunConfig) -> RunConfig:
    """The preset with this share of the steps of each phase, in one process."""
    given = config.model_dump()
    budget = {name: int(SHARE * steps) for name, steps in given["budget"].items()}
    return RunConfig.model_validate(
        given
        | {
            "suite": given["suite"] | {"processes": 1},
            "budget": budget,
            "specialists": given["specialists"] | {"steps": int(SHARE * config.specialists.steps)},
            "plateau": plateau_within(config.learner, budget["generalist_steps"], "success").model_dump(),
        }
    )


BASE = _reduced(PRESET.config)
LEARNERS = {
    name: TypeAdapter(Learner).validate_python(PRESET.arms[arm]["learner"])
    for name, arm in (("trpo", "MT-TRPO"), ("sac", "MT-SAC"))
}

STUDY = Study(
    name="mt10_learners",
    title="Multi-task learners on MT10 at equal total steps",
    cases=(Case("mt10", "Meta-World MT10", BASE, {"dapg": BASE.guide}, learners=LEARNERS),),
    arms=("dapg", "trpo", "sac", BASELINE),
    seeds=(2, 3, 4, 5, 6),
)

if __name__ == "__main__":
    main(STUDY)
