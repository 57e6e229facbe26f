"""Models of the dynamics on Pendulum and CartPole with varied physics: minutes to an hour on two cores."""

from typing import Any

from gsl.config.guides import GAIL, Replay
from gsl.config.learners import PPOCaDM
from gsl.config.method import BudgetSettings, DemonstrationSettings, EvaluationSettings, SpecialistSettings
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.suites import CartPoleSuite, PendulumSuite

_GROUP = "Dynamics models"
_PAPER = "suite learner.context learner.history learner.future learner.backward_coef learner.learning_rate learner.keep"
_PENDULUM, _CARTPOLE = PendulumSuite(values=3), CartPoleSuite(values=3)
_PLAIN = {"members": 1, "particles": 1, "probabilistic": False}
_WITHOUT = {"context": 0}


def _whole_method(steps: int) -> dict[str, Any]:
    """For whoever launches the arm gsl: the generalist's models learn from the specialists' episodes too."""
    return {
        "specialists": SpecialistSettings(count=2, variations_each=2, steps=steps),
        "demonstrations": DemonstrationSettings(
            per_variation=3, generalist_per_variation=1, max_tries=6, filter="return"
        ),
        "guide": Replay(),
        "evaluation": EvaluationSettings(episodes=1, held_out_sample=16),
    }


PENDULUM = Preset(
    name="pendulum-cadm",
    title="Pendulum: models with and without a context",
    description="An experiment: a plain model and an ensemble (PE-TS), each without and with a context (CaDM), plan on "
    "nine pendulums; moderate and extreme ones are held out. 10,000 steps; some minutes for each run.",
    group=_GROUP,
    origins=origins(paper=_PAPER),
    config=RunConfig(
        suite=_PENDULUM,
        learner=recommended("cadm", _PENDULUM, "two_cores").learner,
        plateau=plateau_within(recommended("cadm", _PENDULUM, "two_cores").learner, 10_000),
        budget=BudgetSettings(total_steps=50_000, generalist_steps=10_000),
        **_whole_method(6_000),
        arm="generalist",
    ),
    arms={
        "PE-TS + CaDM": {},
        "PE-TS": {"learner": _WITHOUT},
        "plain model + CaDM": {"learner": _PLAIN},
        "plain model": {"learner": _PLAIN | _WITHOUT},
    },
)

CARTPOLE = Preset(
    name="cartpole-cadm",
    title="CartPole: CaDM",
    description="Models with a context shoot plans at random and play the best, on nine combinations of force and "
    "length; moderate and extreme ones are held out. Some minutes on two CPU cores.",
    group=_GROUP,
    origins=origins(paper=_PAPER),
    config=RunConfig(
        suite=_CARTPOLE,
        learner=recommended("cadm", _CARTPOLE, "two_cores").learner,
        plateau=plateau_within(recommended("cadm", _CARTPOLE, "two_cores").learner, 10_000),
        budget=BudgetSettings(total_steps=50_000, generalist_steps=10_000),
        **_whole_method(6_000),
        arm="generalist",
    ),
)

_INFORMED = PPOCaDM.model_validate(recommended("ppo_cadm", _PENDULUM, "two_cores").learner.model_dump())

PENDULUM_PPO = Preset(
    name="pendulum-ppo-cadm",
    title="Pendulum: PPO with and without a context",
    description="An experiment at equal steps: PPO, and PPO that sees the context of a model (CaDM), which learns from "
    "the first 8,000 steps. 200,000 steps, less than a minute for each run.",
    group=_GROUP,
    origins=origins(paper="suite learner.context learner.history learner.future learner.backward_coef"),
    config=RunConfig(
        suite=_PENDULUM,
        learner=_INFORMED,
        plateau=plateau_within(_INFORMED, 80_000),
        specialists=SpecialistSettings(count=2, variations_each=2, steps=20_000),
        demonstrations=DemonstrationSettings(
            per_variation=5, generalist_per_variation=2, max_tries=20, filter="return"
        ),
        guide=GAIL(updates=2),
        evaluation=EvaluationSettings(episodes=3, held_out_sample=16),
        budget=BudgetSettings(total_steps=200_000, generalist_steps=80_000),
        arm="generalist",
    ),
    arms={"PPO + CaDM": {}, "PPO": {"learner": _INFORMED.of_ppo.model_dump(mode="json")}},
)

DYNAMICS_PRESETS = (PENDULUM, CARTPOLE, PENDULUM_PPO)
