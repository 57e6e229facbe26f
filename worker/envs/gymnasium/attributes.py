"""The attributes of the unwrapped environment that a variation sets."""

import gymnasium

from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.config.suites.gymnasium.probe import Scalar

CARTPOLE = "gymnasium.envs.classic_control.cartpole:CartPoleEnv"


def is_cartpole(env_id: str) -> bool:
    """Whether the id belongs to Gymnasium's own CartPole."""
    return gymnasium.registry[env_id].entry_point == CARTPOLE


def attributes_of(suite: GymnasiumSuite, variation: int) -> dict[str, Scalar]:
    """Every attribute that some variation sets, with its value in this one; the constructed value if it sets none.

    CartPole has attributes that are derived from its masses and length; these are updated too.
    """
    if suite.vary != "attributes":
        return {}
    before = suite.offered.attributes
    names = {name for given in (suite.training, suite.held_out) for choice in given.all for name in choice}
    choice = {name: value for name, value in suite.choice(variation).items() if isinstance(value, Scalar)}
    values = {name: _like(before[name], choice.get(name, before[name])) for name in names}
    return values | _following({**before, **values}, choice) if is_cartpole(suite.env_id) else values


def _following(cartpole: dict[str, Scalar], chosen: dict[str, Scalar]) -> dict[str, Scalar]:
    """Total mass, and the pole's mass times its (half) length, unless they are set directly."""
    following = {
        "total_mass": float(cartpole["masspole"]) + float(cartpole["masscart"]),
        "polemass_length": float(cartpole["masspole"]) * float(cartpole["length"]),
    }
    return {name: value for name, value in following.items() if name not in chosen}


def _like(before: Scalar, value: Scalar) -> Scalar:
    """The value, as a float if the attribute is one."""
    return float(value) if isinstance(before, float) else value
