"""Networks that map an observation to a policy and a value."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gsl.config.base import Settings, setting
from gsl.config.errors import known_name
from gsl.config.suites.base import Observes

Precision = Literal["float32", "tf32", "bfloat16"]
"""Numerical precision of matrix products inside a network."""


class NetworkSettings(Settings):
    """Settings of all networks: the spread of a Gaussian policy, which only continuous actions use."""

    observes: ClassVar[frozenset[Observes]]

    initial_std: float = setting(
        1.0, "Initial standard deviation of continuous actions. Increase it to explore more at the start.", gt=0, le=100
    )
    min_std: float = setting(
        1e-3, "Smallest standard deviation of continuous actions; keeps exploration from vanishing.", gt=0, le=100
    )
    max_std: float = setting(10.0, "Largest standard deviation of continuous actions.", gt=0, le=100)

    @model_validator(mode="after")
    def _starts_between_its_bounds(self) -> Self:
        if not self.min_std <= self.initial_std <= self.max_std:
            raise ValueError(
                f"initial_std ({self.initial_std}) must be from min_std ({self.min_std}) to max_std ({self.max_std})"
            )
        return self


class MLP(NetworkSettings):
    """Separate fully connected policy and value networks for vector observations."""

    observes: ClassVar[frozenset[Observes]] = frozenset({"vector"})

    name: Literal["mlp"] = "mlp"
    width: int = setting(
        128, "Units per hidden layer. Larger networks learn more variations, but slower.", unit="units", ge=1, le=8192
    )
    depth: int = setting(2, "Number of hidden layers.", unit="layers", ge=1, le=16)
    activation: Literal["tanh", "relu", "swish"] = setting(
        "tanh", "Activation function between the layers. swish: x times its sigmoid, for models of dynamics."
    )


class SmallCNN(NetworkSettings):
    """Three strided convolutions for pictures; fast enough for a CPU."""

    observes: ClassVar[frozenset[Observes]] = frozenset({"picture"})

    name: Literal["small_cnn"] = "small_cnn"
    channels: int = setting(16, "Channels of the first convolution; the other two have twice as many.", ge=1, le=512)
    width: int = setting(256, "Units of the last layer, which policy and value share.", unit="units", ge=1, le=8192)


class Impala(NetworkSettings):
    """The residual network of IMPALA (Espeholt et al. 2018) as used in the Procgen papers; best on a GPU."""

    observes: ClassVar[frozenset[Observes]] = frozenset({"picture"})

    name: Literal["impala"] = "impala"
    channels: tuple[int, ...] = setting(
        (16, 32, 32),
        "Channels of each residual block, one number per block.",
        min_length=1,
        max_length=6,
        fail_fast=True,
    )
    width: int = setting(256, "Units of the last layer, which policy and value share.", unit="units", ge=1, le=8192)


Network = Annotated[
    MLP | SmallCNN | Impala, Field(discriminator="name"), known_name(("mlp", "small_cnn", "impala"), "network")
]

NETWORKS: dict[str, frozenset[Observes]] = {
    "mlp": MLP.observes, "small_cnn": SmallCNN.observes, "impala": Impala.observes,
}  # fmt: skip
"""The observations that each network supports, by its name."""
