"""Multi-task learners on MT10 at equal steps: PPO, TRPO, SAC, and GSL with PPO.

    nice python -m benchmarks.mt10_learners --seeds 2 3 4 5 6

The arms of the preset `metaworld-mt10-learners`, two million steps a run, a fifteenth of what published runs have.
"""

from pydantic import TypeAdapter

from benchmarks.method.command import main
from benchmarks.method.study import BASELINE, Case, Study
from gsl.config.presets import PRESETS
from gsl.config.run import Learner, RunConfig

PRESET = PRESETS["metaworld-mt10-learners"]
BASE = RunConfig.model_validate(
    PRESET.config.model_dump() | {"suite": PRESET.config.suite.model_dump() | {"processes": 1}}
)
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
