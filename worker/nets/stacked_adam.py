"""Adam for stacked networks: each member has a step count, a learning rate and a gradient norm of its own.

Each member's optimiser keeps its state, as views of the stacked moments, so it can be saved and used alone at any time.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from gsl.worker.nets.adam import Adam
from gsl.worker.nets.stacked import StackedNetwork


class StackedAdam:
    """The K optimisers of a stacked network's members, which have the same betas and epsilon."""

    def __init__(self, network: StackedNetwork, optimisers: Sequence[Adam]) -> None:
        """`optimisers` are of the network's members, in order; those that have no moments yet get zeros."""
        self._parameters = list(network.parameters.values())
        self._betas, self._eps = optimisers[0].defaults["betas"], optimisers[0].defaults["eps"]
        members = [list(one.parameters()) for one in network.networks]
        self._first, self._second = (self._bind(optimisers, members, key) for key in ("exp_avg", "exp_avg_sq"))
        self._count = self._bind(optimisers, members, "step")
        columns = (self._parameters, self._first, self._second, self._count)
        self._members = list(zip(*map(_by_member, columns), strict=True))

    def step(
        self, gradients: Sequence[Tensor], learning_rate: Sequence[float], max_norm: float, active: Sequence[int]
    ) -> Tensor:
        """A step of the `active` members, their gradients' norms clipped to `max_norm`; returns the norms (K,) before.

        `gradients` are in the order of the network's parameters, (K, ...) each. Other members stay exactly as they are.
        """
        norms = [torch.linalg.vector_norm(one.flatten(1), dim=1) for one in gradients]
        norm: Tensor = torch.linalg.vector_norm(torch.stack(norms), dim=0)
        divisor = (norm / max_norm).clamp(min=1.0)
        by_member = _by_member([one.contiguous() for one in gradients])  # the kernel takes memory as it lies
        for member in active:
            parameters, first, second, count = self._members[member]
            self._fused(parameters, first, second, count, by_member[member], learning_rate[member], divisor[member])
        return norm

    @torch.no_grad()
    def _fused(
        self, parameters: list[Tensor], first: list[Tensor], second: list[Tensor], count: list[Tensor],
        gradients: list[Tensor], learning_rate: float, divisor: Tensor,
    ) -> None:  # fmt: skip
        """The kernel of fused Adam, as `torch.optim.Adam` calls it; it divides gradients while reading them."""
        torch._foreach_add_(count, 1.0)
        torch._fused_adam_(
            parameters, gradients, first, second, [], count, lr=learning_rate, beta1=self._betas[0],
            beta2=self._betas[1], weight_decay=0.0, eps=self._eps, amsgrad=False, maximize=False, grad_scale=divisor,
            found_inf=None,
        )  # fmt: skip

    def _bind(self, optimisers: Sequence[Adam], members: Sequence[Sequence[Tensor]], key: str) -> list[Tensor]:
        """Stack one kind of state over the members, whose own becomes a view of it."""
        stacked = []
        for place, parameters in enumerate(zip(*members, strict=True)):
            states = [one.state[parameter] for one, parameter in zip(optimisers, parameters, strict=True)]
            fresh = self._fresh(place, key)
            whole = torch.stack([state.get(key, fresh) for state in states])
            for state, view in zip(states, whole.unbind(0), strict=True):
                state[key] = view
            stacked.append(whole)
        return stacked

    def _fresh(self, place: int, key: str) -> Tensor:
        parameter = self._parameters[place].detach()[0]
        return torch.zeros((), device=parameter.device) if key == "step" else torch.zeros_like(parameter)


def _by_member(stacked: Sequence[Tensor]) -> list[list[Tensor]]:
    """Views of every tensor (K, ...), for each of the K members."""
    return [list(views) for views in zip(*(whole.detach().unbind(0) for whole in stacked), strict=True)]
