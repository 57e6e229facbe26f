"""Models of how an environment moves: ensembles as single batched products, with a context that tells variations apart.

With n numbers of state, A of action and E members, a model maps (E, B, n + A + context) to the change of the state. It
knows states and changes standardised by the means and deviations of all data so far, which it keeps.
"""

from itertools import pairwise
from math import sqrt

import torch
from torch import Tensor, nn

from gsl.config.networks import MLP
from gsl.worker.nets.layers import FUNCTIONS

LEAST_DEVIATION = 1e-4
"""Of a component that never changes."""


class Ensemble(nn.Module):
    """Fully connected networks of equal shape: (E, B, inputs) to (E, B, outputs)."""

    def __init__(self, members: int, inputs: int, hidden: MLP, outputs: int) -> None:
        super().__init__()
        widths = [inputs] + [hidden.width] * hidden.depth + [outputs]
        self.weights = nn.ParameterList(_uniform(members, a, b, a) for a, b in pairwise(widths))
        self.biases = nn.ParameterList(_uniform(members, 1, b, a) for a, b in pairwise(widths))
        self._activate = FUNCTIONS[hidden.activation]

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = zip(self.weights, self.biases, strict=True)
        for weight, bias in hidden:
            x = self._activate(torch.baddbmm(bias, x, weight))
        return torch.baddbmm(last[1], x, last[0])


def _uniform(members: int, rows: int, columns: int, inputs: int) -> nn.Parameter:
    """As torch initialises linear layers."""
    return nn.Parameter(torch.empty(members, rows, columns).uniform_(-1, 1) / sqrt(inputs))


class Moments(nn.Module):
    """Mean and deviation of everything that was shown to it: (..., n)."""

    count: Tensor
    mean: Tensor
    squares: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros((), dtype=torch.float64))
        self.register_buffer("mean", torch.zeros(size, dtype=torch.float64))
        self.register_buffer("squares", torch.zeros(size, dtype=torch.float64))  # sum of squared deviations

    def show(self, rows: Tensor) -> None:
        """Merge rows (B, n) into the moments (Chan et al. 1983)."""
        if not len(rows):
            return
        rows = rows.double()
        shift, before, new = rows.mean(0) - self.mean, self.count.clone(), len(rows)
        self.count += new
        self.mean += shift * new / self.count
        self.squares += (rows - rows.mean(0)).square().sum(0) + shift**2 * before * new / self.count

    def numbers(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation, each (n,) float32; 0 and 1 before anything was shown."""
        if not self.count:
            return self.mean.float(), torch.ones_like(self.mean).float()
        return self.mean.float(), (self.squares / self.count).sqrt().clamp(min=LEAST_DEVIATION).float()


class DynamicsModel(nn.Module):
    """Predicts the change of the state, forwards in time and backwards; without a context only forwards.

    `encode` makes the context (B, context) of a history (B, K, n + A): the last K changes, standardised, and actions.
    """

    def __init__(
        self, hidden: MLP, sizes: tuple[int, int], members: int, context: int, encoder: tuple[int, ...], history: int,
        probabilistic: bool,
    ) -> None:  # fmt: skip
        super().__init__()
        self.state_size, self.action_size = sizes
        self.members, self.context, self.history = members, context, history
        inputs, outputs = sum(sizes) + context, self.state_size * (1 + probabilistic)
        self.forwards = Ensemble(members, inputs, hidden, outputs)
        self.backwards = Ensemble(members, inputs, hidden, self.state_size) if context else None
        widths = [history * sum(sizes), *encoder]
        layers = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.ReLU())]
        self.encoder = nn.Sequential(*layers, nn.Linear(widths[-1], context)) if context else None
        self.least = nn.Parameter(torch.full((self.state_size,), -10.0)) if probabilistic else None
        self.most = nn.Parameter(torch.full((self.state_size,), 0.5)) if probabilistic else None
        self.states, self.changes = Moments(self.state_size), Moments(self.state_size)

    def encode(self, history: Tensor) -> Tensor:
        """Contexts (B, context) of standardised histories (B, K, n + A); (B, 0) without a context."""
        if self.encoder is None:
            return history.new_empty((len(history), 0))
        context: Tensor = self.encoder(history.flatten(1))
        return context

    def predict(self, state: Tensor, action: Tensor, context: Tensor) -> tuple[Tensor, Tensor | None]:
        """Standardised changes (E, B, n) and, of a probabilistic model, their log-variances.

        Of standardised states (E, B, n), actions (E, B, A) and contexts (E, B, context).
        """
        made: Tensor = self.forwards(torch.cat([state, action, context], -1))
        if self.least is None or self.most is None:
            return made, None
        mean, spread = made.chunk(2, -1)
        spread = self.most - nn.functional.softplus(self.most - spread)
        return mean, self.least + nn.functional.softplus(spread - self.least)

    def slack(self) -> Tensor:
        """How far apart the bounds of the log-variances are; part of the loss, so that they follow the data."""
        if self.least is None or self.most is None:
            return torch.zeros(())
        return (self.most - self.least).sum()


def make_dynamics(
    hidden: MLP, sizes: tuple[int, int], *, members: int, context: int, encoder: tuple[int, ...], history: int,
    probabilistic: bool, seed: int,
) -> DynamicsModel:  # fmt: skip
    """A fresh model on the CPU. The same seed gives the same weights, and torch's random state does not change."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DynamicsModel(hidden, sizes, members, context, encoder, history, probabilistic)
