"""Which guide uses specialists best? Arms on the fork maze at equal total environment steps.

    python -m benchmarks.gsl_forkmaze --seeds 1 2 3 --arms dapg gail dagger bc generalist

Every run goes through the product's own state machine and trainer, without a server. Arms of one seed share the jobs
that are the same in all of them, which a test shows to give the same numbers. Behaviour cloning is offline and leaves
the rest of its steps unspent. GAIL's, DAgger's and behaviour cloning's settings were chosen on seeds 1001 and 1002,
which take no part in results.
"""

from benchmarks.method.command import main
from benchmarks.method.study import BASELINE, Case, Study
from gsl.config.guides import BC, DAPG, GAIL, DAgger, GuideSettings, NoGuide
from gsl.config.presets import PRESETS

GUIDES: dict[str, GuideSettings] = {
    "dapg": DAPG(form="log_probability", coefficient=0.3),
    "gail": GAIL(form="centred", env_weight=0.3, imitation_weight=0.7, batch_size=128),
    "dagger": DAgger(coefficient=3.0),
    "kickstarting": DAgger(form="kickstarting", coefficient=3.0, decay=0.98),
    "bc": BC(passes=1000, learning_rate=3e-3, patience=30),
    "none": NoGuide(),
}

STUDY = Study(
    name="gsl_forkmaze",
    title="Guides on the fork maze at equal total steps",
    cases=(Case("forkmaze", "Fork maze", PRESETS["forkmaze"].config, GUIDES),),
    arms=("dapg", "gail", "dagger", "bc", BASELINE),
    seeds=tuple(range(1, 11)),
)

if __name__ == "__main__":
    main(STUDY)
