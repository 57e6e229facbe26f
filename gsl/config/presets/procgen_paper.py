"""Procgen as in the paper's tables: PPO on seven games, PPG on two, and the ablation of levels per specialist.

Settings that neither the paper nor papers that cite it state are marked as a library's or ours. For GPU workers.
"""

from gsl.config.errors import counted
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.presets.base import Preset, origins
from gsl.config.presets.procgen import GUIDE, PPG_DEFAULTS, PPO_DEFAULTS, TITLES
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.suites import ProcgenSuite
from gsl.config.suites.procgen import Game

GAMES: tuple[Game, ...] = ("bigfish", "bossfight", "chaser", "dodgeball", "fruitbot", "plunder", "starpilot")
_RESULTS = {
    "bigfish": "24.6 to 31.1, test 24.3 to 30.0", "bossfight": "8.6 to 11.3, test 8.6 to 10.4",
    "chaser": "8.5 to 11.5, test 7.9 to 10.9", "dodgeball": "13.7 to 15.5, test 12.7 to 14.1",
    "fruitbot": "30.1 to 31.9, test 29.1 to 30.5", "plunder": "10.5 to 13.4, test 9.7 to 13.1",
    "starpilot": "39.4 to 49.5, test 38.0 to 48.7",
}  # fmt: skip
_PPG_RESULTS = {"bigfish": "29.4 to 33.5, test 28.0 to 30.9", "bossfight": "11.3 to 11.9, test 11.1 to 11.6"}
"""Mean returns in the paper, of the plain generalist and of GSL."""

_PAPER = "suite.game suite.num_levels learner.name learner.network specialists.start"
"""The paper does not state the difficulty; the scores imply easy levels, so it is marked as ours."""
_SPECIALISTS = SpecialistSettings(count=75, variations_each=4, steps=1_000_000)
_LIBRARY = "learner.num_envs learner.num_steps"


def _paper(game: Game, levels: int, learner: str, specialists: SpecialistSettings) -> RunConfig:
    suite = ProcgenSuite(game=game, num_levels=levels, held_out_levels=1000)
    large = recommended(learner, suite).learner
    return RunConfig(
        suite=suite,
        learner=large,
        plateau=plateau_within(large, 50_000_000),
        specialists=specialists,
        demonstrations=DemonstrationSettings(
            per_variation=10, generalist_per_variation=2, max_tries=50, filter="return"
        ),
        guide=GUIDE,
        evaluation=EvaluationSettings(episodes=3, held_out_sample=200),
        budget=BudgetSettings(total_steps=200_000_000, generalist_steps=50_000_000),
    )


def _ppo(game: Game) -> Preset:
    """BigFish's name has no game, because it was the first."""
    return Preset(
        name="procgen-paper" if game == "bigfish" else f"procgen-paper-{game}",
        title=f"{TITLES[game]} as in the paper",
        description="1024 easy levels, 75 specialists with 4 levels each, IMPALA, 200 million steps. Needs a GPU "
        f"worker. The paper's returns without and with GSL: {_RESULTS[game]}.",
        group="Procgen: the paper's table, PPO",
        origins=origins(
            paper=f"{_PAPER} specialists.count specialists.variations_each",
            library=f"{PPO_DEFAULTS} {_LIBRARY}",
        ),
        config=_paper(game, 1024, "ppo", _SPECIALISTS),
    )


def _ppg(game: Game) -> Preset:
    """The paper does not state the number of specialists for PPG; this is PPO's."""
    return Preset(
        name=f"procgen-ppg-paper-{game}",
        title=f"{TITLES[game]} with PPG as in the paper",
        description="1024 easy levels, 75 specialists with 4 levels each, two IMPALA networks, 200 million steps. "
        f"Needs a GPU worker. The paper's returns without and with GSL: {_PPG_RESULTS[game]}.",
        group="Procgen: the paper's table, PPG",
        origins=origins(
            paper=f"{_PAPER} learner.shared",
            library=f"{PPG_DEFAULTS} {_LIBRARY} learner.n_pi learner.aux_rollouts learner.e_pi learner.e_v "
            "learner.e_aux",
        ),
        config=_paper(game, 1024, "ppg", _SPECIALISTS),
    )


def _ablation(each: int) -> Preset:
    """All specialists together have the same budget, regardless of their number; every level has a specialist."""
    levels, together = 256, 75_000_000
    count = levels // each
    return Preset(
        name=f"procgen-ablation-paper-k{each}",
        title=f"BigFish, {each} levels per specialist, as in the paper",
        description=f"256 easy levels, {counted(count, 'specialist')}, the same total budget, 200 million steps.",
        group="Procgen: the paper's ablation, levels per specialist",
        origins=origins(
            paper=f"{_PAPER} budget.total_steps" + (" specialists.variations_each" if each in (4, 256) else ""),
            library=f"{PPO_DEFAULTS} {_LIBRARY}",
        ),
        config=_paper(
            "bigfish",
            levels,
            "ppo",
            SpecialistSettings(count=count, variations_each=each, steps=together // count),
        ),
    )


PROCGEN_PAPER_PRESETS = (
    *map(_ppo, GAMES),
    _ppg("bigfish"),
    _ppg("bossfight"),
    *(_ablation(each) for each in (4, 16, 64, 256)),
)
