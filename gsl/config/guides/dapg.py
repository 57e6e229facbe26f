"""Demonstration-augmented policy gradient."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class DAPG(GuideSettings):
    """Demonstration-augmented policy gradient (Rajeswaran et al. 2018; Jia et al. 2022)."""

    implementation: ClassVar[str] = "gsl.worker.guides.dapg:DAPG"
    title: ClassVar[str] = "DAPG"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"loss"})

    name: Literal["dapg"] = "dapg"
    form: Literal["log_probability", "probability"] = setting(
        "log_probability",
        "Objective on demonstrated actions. log_probability: their log-probability. probability: their probability "
        "times the epoch's largest advantage, as in the authors' code.",
    )
    coefficient: float = setting(
        0.3, "Weight of the demonstrations relative to the policy loss. Increase it to imitate more.", ge=0, le=100
    )
    decay: float = setting(
        1.0,
        "Factor applied to the coefficient after each epoch; below 1 demonstrations fade out, 1 keeps it constant.",
        gt=0,
        le=1,
    )
    frequency: int = setting(1, "Demonstrations are added to every n-th minibatch.", unit="minibatches", ge=1, le=1000)
    value_coefficient: float = setting(
        0.0,
        "Weight of the value loss on demonstrated steps, with their actual returns as targets. 0: the value function "
        "does not learn from demonstrations.",
        ge=0,
        le=100,
    )
    batch_size: int = setting(256, "Demonstrated steps per minibatch that has any.", unit="steps", ge=1, le=65_536)
