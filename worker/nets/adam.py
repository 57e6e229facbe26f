"""Adam, and its moments by parameter name, so that they can be saved, and cleared for one layer."""

import inspect
from typing import Any

import torch
from torch import Tensor, nn


class Adam(torch.optim.Adam):
    """PyTorch's Adam, which does not import PyTorch's compiler.

    The original's methods are wrapped to exclude them from compilation. Making the first one imports the compiler,
    which takes 1.5 s: a third of what a short job lasts. We never compile a step of Adam.
    """

    add_param_group = inspect.unwrap(torch.optim.Adam.add_param_group)
    zero_grad = inspect.unwrap(torch.optim.Adam.zero_grad)
    step = torch.no_grad()(inspect.unwrap(torch.optim.Adam.step))


def save_moments(optimiser: Adam, network: nn.Module) -> dict[str, dict[str, Tensor]]:
    """Copies of the step count and moments of every parameter that has any."""
    return {
        name: {key: value.detach().clone() for key, value in optimiser.state[parameter].items()}
        for name, parameter in network.named_parameters()
        if parameter in optimiser.state
    }


def load_moments(optimiser: Adam, network: nn.Module, moments: dict[str, dict[str, Any]]) -> None:
    """Restore saved moments. Raises KeyError if they belong to another network."""
    parameters = dict(network.named_parameters())
    for name, values in moments.items():
        parameter = parameters[name]
        # _like keeps channels_last; `step` is a scalar that fused Adam expects on the parameter's device
        optimiser.state[parameter] = {
            key: torch.as_tensor(value).to(parameter.device) if key == "step" else _like(parameter, value)
            for key, value in values.items()
        }


def clear_moments(optimiser: Adam, layer: nn.Module) -> None:
    """Reset Adam's step count and moments for one layer."""
    for parameter in layer.parameters():
        optimiser.state.pop(parameter, None)


def _like(parameter: Tensor, value: Any) -> Tensor:
    moment = torch.empty_like(parameter, requires_grad=False)
    moment.copy_(torch.as_tensor(value))
    return moment
