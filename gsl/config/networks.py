"""Networks that turn an observation into a policy and a value."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gsl.config.base import Settings, setting
from gsl.config.errors import known_name
from gsl.config.suites.base import Observes

Precision = Literal["float32", "tf32", "bfloat16"]
"""How exactly products inside a network are computed."""


class NetworkSettings(Settings):
    """What all networks share: how far a Gaussian policy may spread. Discrete actions need none of it."""

    observes: ClassVar[frozenset[Observes]]

    initial_std: float = setting(1.0, "Deviation with which a policy of continuous actions starts.", gt=0, le=100)
    min_std: float = setting(1e-3, "Least deviation of a policy of continuous actions.", gt=0, le=100)
    max_std: float = setting(10.0, "Largest deviation of a policy of continuous actions.", gt=0, le=100)

    @model_validator(mode="after")
    def _starts_between_its_bounds(self) -> Self:
        if not self.min_std <= self.initial_std <= self.max_std:
            raise ValueError(
                f"initial_std ({self.initial_std}) must lie between min_std ({self.min_std}) and max_std "
                f"({self.max_std})"
            )
        return self


class MLP(NetworkSettings):
    """Separate fully connected policy and value networks for vector observations."""

    observes: ClassVar[frozenset[Observes]] = frozenset({"vector"})

    name: Literal["mlp"] = "mlp"
    width: int = setting(128, "Units of each hidden layer.", unit="units", ge=1, le=8192)
    depth: int = setting(2, "Hidden layers.", unit="layers", ge=1, le=16)
    activation: Literal["tanh", "relu"] = setting("tanh", "Nonlinearity between the layers.")


class SmallCNN(NetworkSettings):
    """Three strided convolutions; fast enough for pictures on a CPU."""

    observes: ClassVar[frozenset[Observes]] = frozenset({"picture"})

    name: Literal["small_cnn"] = "small_cnn"
    channels: int = setting(16, "Channels of the first convolution; the next two have twice as many.", ge=1, le=512)
    width: int = setting(256, "Units of the layer that policy and value share.", unit="units", ge=1, le=8192)


class Impala(NetworkSettings):
    """The residual network of IMPALA (Espeholt et al. 2018), as the Procgen papers use it."""

    observes: ClassVar[frozenset[Observes]] = frozenset({"picture"})

    name: Literal["impala"] = "impala"
    channels: tuple[int, ...] = setting((16, 32, 32), "Channels of each residual block.", min_length=1, max_length=6)
    width: int = setting(256, "Units of the layer that policy and value share.", unit="units", ge=1, le=8192)


Network = Annotated[
    MLP | SmallCNN | Impala, Field(discriminator="name"), known_name(("mlp", "small_cnn", "impala"), "network")
]

NETWORKS: dict[str, frozenset[Observes]] = {
    "mlp": MLP.observes, "small_cnn": SmallCNN.observes, "impala": Impala.observes,
}  # fmt: skip
"""What each network can observe, by its name."""
