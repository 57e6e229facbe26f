"""Demonstration-augmented policy gradient."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class DAPG(GuideSettings):
    """Demonstration-augmented policy gradient (Rajeswaran et al. 2018; Jia et al. 2022)."""

    implementation: ClassVar[str] = "worker.guides.dapg:DAPG"
    title: ClassVar[str] = "DAPG"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"loss"})

    name: Literal["dapg"] = "dapg"
    form: Literal["log_probability", "probability"] = setting(
        "log_probability",
        "Whether demonstrated actions are weighed by the logarithm of their probability or, as the authors do, "
        "by the probability times the epoch's largest advantage.",
    )
    coefficient: float = setting(
        0.3, "Weight of the demonstrations beside PPO's loss with normalised advantages.", ge=0, le=100
    )
    decay: float = setting(1.0, "Factor on the coefficient after each epoch; 1 keeps it constant.", gt=0, le=1)
    frequency: int = setting(1, "Demonstrations join every n-th minibatch.", unit="minibatches", ge=1, le=1000)
    value_coefficient: float = setting(
        0.0,
        "Weight of the value function's error on demonstrated steps, against what was earned from them on; 0 teaches "
        "it nothing.",
        ge=0,
        le=100,
    )
    batch_size: int = setting(256, "Demonstrated steps in each such minibatch.", unit="steps", ge=1, le=65_536)
