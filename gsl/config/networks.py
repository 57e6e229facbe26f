"""Networks that turn an observation into a policy and a value."""

from typing import Annotated, Literal

from pydantic import Field

from gsl.config.base import Settings, setting


class MLP(Settings):
    """Separate fully connected policy and value networks for vector observations."""

    name: Literal["mlp"] = "mlp"
    width: int = setting(128, "Units of each hidden layer.", unit="units", ge=1, le=8192)
    depth: int = setting(2, "Hidden layers.", unit="layers", ge=1, le=16)
    activation: Literal["tanh", "relu"] = setting("tanh", "Nonlinearity between the layers.")


class SmallCNN(Settings):
    """Three strided convolutions; fast enough for pictures on a CPU."""

    name: Literal["small_cnn"] = "small_cnn"
    channels: int = setting(16, "Channels of the first convolution; the next two have twice as many.", ge=1, le=512)
    width: int = setting(256, "Units of the layer that policy and value share.", unit="units", ge=1, le=8192)


class Impala(Settings):
    """The residual network of IMPALA (Espeholt et al. 2018), as the Procgen papers use it."""

    name: Literal["impala"] = "impala"
    channels: tuple[int, ...] = setting((16, 32, 32), "Channels of each residual block.", min_length=1, max_length=6)
    width: int = setting(256, "Units of the layer that policy and value share.", unit="units", ge=1, le=8192)


Network = Annotated[MLP | SmallCNN | Impala, Field(discriminator="name")]
