"""Does GSL work on Procgen? GSL with two guides and the plain generalist at equal total environment steps.

    nice python -m benchmarks.gsl_procgen --cases jumper coinrun --seeds 1 2 3 4 5

Training and held-out levels, a million steps a run. All arms have the same learner; settings were chosen on seed 1001,
which takes no part in results. There, of eight games that were looked at, Jumper stalled at levels that specialists can
learn: after 300 000 steps the return rose no more, nine of 24 levels were at 0, and two of four specialists learned one
or two of their three levels within 110 000 steps. Halving leaves the steps of the two others to them.
"""

from benchmarks.method.command import main
from benchmarks.method.study import BASELINE, Case, Study
from gsl.config.guides import DAPG, DAgger, GuideSettings
from gsl.config.method import BudgetSettings, EvaluationSettings, SpecialistSettings
from gsl.config.presets import PRESETS
from gsl.config.presets.procgen import TITLES
from gsl.config.recommended import plateau_within
from gsl.config.run import RunConfig
from gsl.config.suites import ProcgenSuite
from gsl.config.suites.procgen import Game

GAMES: tuple[Game, ...] = ("jumper", "coinrun")
LEVELS = 24
"""To train on, and as many held out, all of which are measured."""
TOTAL_STEPS, GENERALIST_STEPS, SPECIALIST_STEPS = 1_000_000, 300_000, 75_000
SPECIALISTS, LEVELS_EACH, RUNGS = 4, 3, 2
EPISODES = 5
"""Of each level in an evaluation."""
GUIDES: dict[str, GuideSettings] = {
    "dapg": DAPG(form="log_probability", coefficient=0.1),
    "dagger": DAgger(coefficient=1.0),
}


def base(game: Game) -> RunConfig:
    """The small preset of the game at this study's levels, budget and plateau."""
    preset = PRESETS["procgen-small" if game == "starpilot" else f"procgen-small-{game}"].config
    return RunConfig.model_validate(
        preset.model_dump()
        | {
            "suite": ProcgenSuite(game=game, num_levels=LEVELS, held_out_levels=LEVELS, num_threads=0),
            "plateau": plateau_within(preset.learner, GENERALIST_STEPS),
            "specialists": SpecialistSettings(
                count=SPECIALISTS, variations_each=LEVELS_EACH, steps=SPECIALIST_STEPS, rungs=RUNGS
            ),
            "evaluation": EvaluationSettings(episodes=EPISODES, held_out_sample=LEVELS),
            "budget": BudgetSettings(total_steps=TOTAL_STEPS, generalist_steps=GENERALIST_STEPS),
        }
    )


STUDY = Study(
    name="gsl_procgen",
    title="GSL against the plain generalist on Procgen at equal total steps",
    cases=tuple(Case(game, f"Procgen {TITLES[game]}", base(game), GUIDES, "return") for game in GAMES),
    arms=("dapg", "dagger", BASELINE),
    seeds=(1, 2, 3, 4, 5),
)

if __name__ == "__main__":
    main(STUDY)
