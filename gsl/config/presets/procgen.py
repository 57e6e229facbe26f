"""Procgen on two CPU cores: all phases on every game, with few levels and a small network."""

from typing import get_args

from gsl.config.errors import counted
from gsl.config.guides import DAPG
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.suites import ProcgenSuite
from gsl.config.suites.procgen import Game

TITLES: dict[str, str] = {
    "bigfish": "BigFish", "bossfight": "BossFight", "caveflyer": "CaveFlyer", "chaser": "Chaser", "climber": "Climber",
    "coinrun": "CoinRun", "dodgeball": "Dodgeball", "fruitbot": "FruitBot", "heist": "Heist", "jumper": "Jumper",
    "leaper": "Leaper", "maze": "Maze", "miner": "Miner", "ninja": "Ninja", "plunder": "Plunder",
    "starpilot": "StarPilot",
}  # fmt: skip

_COMMON = (
    "learner.num_minibatches learner.learning_rate learner.gamma learner.gae_lambda learner.clip_coef learner.ent_coef "
    "learner.norm_adv learner.norm_reward"
)
PPO_DEFAULTS = (
    f"{_COMMON} learner.update_epochs learner.clip_vloss learner.vf_coef learner.max_grad_norm learner.adam_eps"
)
PPG_DEFAULTS = f"{_COMMON} learner.beta_clone learner.aux_learning_rate"
"""Its authors clip neither values nor gradients, keep Adam's epsilon of 1e-8 and do not halve the squared error."""
GUIDE = DAPG(form="log_probability", coefficient=0.1)


def _small(game: Game, learner: str) -> RunConfig:
    suite = ProcgenSuite(game=game, num_levels=24, held_out_levels=24, num_threads=0)
    small = recommended(learner, suite, "two_cores").learner
    return RunConfig(
        suite=suite,
        learner=small,
        plateau=plateau_within(small, 163_840),
        specialists=SpecialistSettings(count=2, variations_each=4, steps=49_152),
        demonstrations=DemonstrationSettings(
            per_variation=5, generalist_per_variation=2, max_tries=20, filter="return"
        ),
        guide=GUIDE,
        evaluation=EvaluationSettings(episodes=3, held_out_sample=12),
        budget=BudgetSettings(total_steps=500_000, generalist_steps=163_840),
    )


def _ppo(game: Game) -> Preset:
    """StarPilot's name has no game, because it was the first."""
    return Preset(
        name="procgen-small" if game == "starpilot" else f"procgen-small-{game}",
        title=f"{TITLES[game]} on two cores",
        description="24 easy levels, a small network, half a million steps. Takes minutes on two CPU cores.",
        group="Procgen on two cores",
        origins=origins(library=PPO_DEFAULTS),
        config=_small(game, "ppo"),
    )


def _ppg(game: Game) -> Preset:
    return Preset(
        name=f"procgen-ppg-small-{game}",
        title=f"{TITLES[game]} with PPG on two cores",
        description="As the preset with PPO, but with phasic policy gradient and short phases.",
        group="Procgen on two cores",
        origins=origins(library=PPG_DEFAULTS),
        config=_small(game, "ppg"),
    )


def _ablation(each: int) -> Preset:
    """As in the paper's ablation, all specialists together have the same budget, regardless of their number."""
    levels, together = 32, 320_000
    small = _small("bigfish", "ppo")
    count = levels // each
    specialists = SpecialistSettings(count=count, variations_each=each, steps=together // count)
    budget = BudgetSettings(total_steps=800_000, generalist_steps=163_840)
    return Preset(
        name=f"procgen-ablation-small-k{each}",
        title=f"BigFish, {each} levels per specialist, on two cores",
        description=f"A small version of the paper's ablation: 32 easy levels, {counted(count, 'specialist')}, always "
        "the same total budget.",
        group="Procgen: levels per specialist, on two cores",
        origins=origins(library=PPO_DEFAULTS, paper="specialists.variations_each" if each == 4 else ""),
        config=RunConfig.model_validate(
            {
                **dict(small),
                "suite": ProcgenSuite(num_levels=levels, held_out_levels=24, num_threads=0),
                "specialists": specialists,
                "budget": budget,
            }
        ),
    )


PROCGEN_PRESETS = (
    *(_ppo(game) for game in sorted(get_args(Game), key=lambda game: (game != "starpilot", game))),
    _ppg("bigfish"),
    _ppg("bossfight"),
    *(_ablation(each) for each in (4, 32)),
)
