"""The arms: the fork maze preset with another guide each, and the plain generalist.

GAIL's, DAgger's and behaviour cloning's settings were chosen on seeds 1001 and 1002, which take no part in results.
"""

from gsl.config.guides import BC, DAPG, GAIL, DAgger, GuideSettings, NoGuide
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig

GUIDES: dict[str, GuideSettings] = {
    "dapg": DAPG(form="log_probability", coefficient=0.3),
    "gail": GAIL(form="centred", env_weight=0.3, imitation_weight=0.7, batch_size=128),
    "dagger": DAgger(coefficient=3.0),
    "kickstarting": DAgger(form="kickstarting", coefficient=3.0, decay=0.98),
    "bc": BC(passes=1000, learning_rate=3e-3, patience=30),
    "none": NoGuide(),
}

TITLES = {
    "dapg": "DAPG",
    "gail": "GAIL",
    "dagger": "DAgger + value",
    "kickstarting": "Kickstarting",
    "bc": "BC (offline)",
    "none": "No guide",
    "generalist": "Generalist alone",
}

DEFAULT = ("dapg", "gail", "dagger", "bc", "generalist")


def config_of(arm: str, seed: int, preset: str = "forkmaze") -> RunConfig:
    """The run of one arm and seed; all arms of a seed have the same total steps. Raises KeyError for an unknown arm."""
    base = PRESETS[preset].config.model_dump() | {"seed": seed}
    if arm == "generalist":
        return RunConfig.model_validate(base | {"arm": "generalist"})
    return RunConfig.model_validate(base | {"guide": GUIDES[arm].model_dump()})
