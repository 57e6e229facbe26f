"""Distillation: a sequence model learns, offline, what specialists did next, given what came before.

The loss is - mean over steps of log pi(a_t | o_t, and o, a, r of the steps before), over windows of sequences. What a
sequence is decides what is learnt:

    histories                       Algorithm Distillation (Laskin et al. 2022): episodes in order of learning
    episodes, trials of several     Expert Distillation: a variation's good episodes, in a random order
    episodes, trials of one         policy distillation, as in Gato (Reed et al. 2022): each episode by itself

A step is one token: the observation with the last action, its reward and whether it ended an episode. Windows begin
anywhere, more often at a sequence's first step, where a trial begins too: nothing is known there. Every variation is
learnt from equally often. It can be interrupted between any two updates and then goes on with the same numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gsl.config.guides import Distillation as DistillationSettings
from gsl.seeds import derive
from gsl.worker.experience import Demonstrations
from gsl.worker.guides.base import Guide, GuideInputs
from gsl.worker.nets import ActorCritic
from gsl.worker.nets.adam import Adam, load_moments, save_moments
from gsl.worker.nets.sequence_policy import SequenceActorCritic, seen_of

WARM_UP, LOWEST = 0.03, 0.05
"""Share of the updates in which the learning rate rises, and the share of it to which it then falls."""
SMOOTHING = 0.98
"""Of the loss that is reported."""


@dataclass(frozen=True)
class Sequences:
    """Steps of sequences, one sequence after the other, on the CPU."""

    token: Tensor  # (steps, size)
    action: Tensor  # (steps,)
    begin: Tensor  # (sequences,) of the first step
    length: Tensor  # (sequences,)
    weight: Tensor  # (sequences,) every variation has the same sum

    def windows(self, count: int, context: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens (count, context, size), actions (count, context), and which of them there are."""
        which = torch.multinomial(self.weight, count, replacement=True, generator=generator)
        latest = (self.length[which] - context).clamp(min=0)
        draw = torch.rand(count, generator=generator)
        first = ((latest + 1 + context // 2) * draw).long() - context // 2
        offset = first.clamp(min=0)[:, None] + torch.arange(context)
        there = offset < self.length[which, None]
        index = self.begin[which, None] + torch.where(there, offset, 0)
        return self.token[index], self.action[index], there


def sequences_of(shown: Demonstrations, seen: int, actions: int, across: bool, generator: torch.Generator) -> Sequences:
    """What a model learns from: histories if there are any, otherwise episodes, one after the other if `across`."""
    if shown.earned is None:
        raise ValueError("these demonstrations have no rewards, which a sequence model sees: record them again")
    whose = shown.history
    if whose is None:
        whose = shown.variation if across else shown.episode
    order = torch.argsort(_place_of(shown, shuffled=shown.history is None, generator=generator), stable=True)
    order = order[torch.argsort(whose[order], stable=True)]
    whose, episode, action = whose[order], shown.episode[order], shown.action[order]
    starts = torch.cat([torch.ones(1, dtype=torch.bool), whose[1:] != whose[:-1]])
    ended = torch.cat([torch.zeros(1, dtype=torch.bool), episode[1:] != episode[:-1]])
    last = torch.cat([F.one_hot(action, actions), shown.earned.reward[order, None]], dim=1).roll(1, 0)
    last = torch.cat([last, ended[:, None]], dim=1) * ~starts[:, None]
    begin = starts.nonzero().flatten()
    length = torch.diff(begin, append=torch.tensor([len(order)]))
    _, member, counts = torch.unique(shown.variation[order][begin], return_inverse=True, return_counts=True)
    token = torch.cat([shown.observation[order, :seen], last], dim=1)
    return Sequences(token.to(torch.float32), action, begin, length, 1.0 / counts[member])


def _place_of(shown: Demonstrations, *, shuffled: bool, generator: torch.Generator) -> Tensor:
    """For each step, the place of its episode among all."""
    episodes = torch.unique(shown.episode)
    places = torch.randperm(len(episodes), generator=generator) if shuffled else torch.arange(len(episodes))
    return places[torch.searchsorted(episodes, shown.episode)]


class Distillation(Guide):
    """Trains the sequence model before training, with which the job ends."""

    offline = True

    def __init__(self, settings: DistillationSettings, inputs: GuideInputs) -> None:
        if inputs.demonstrations is None:
            raise ValueError("distillation needs demonstrations")
        self._settings, self._device, self._seed = settings, inputs.device, inputs.seed
        generator = torch.Generator().manual_seed(derive(inputs.seed, "order"))
        self._sequences = sequences_of(
            inputs.demonstrations, seen_of(inputs.spaces), inputs.spaces.actions.size, inputs.across_episodes, generator
        )
        self._update, self._loss = 0, 0.0
        self._moments: dict[str, Any] = {}
        self._adam: Adam | None = None
        self._model: nn.Module | None = None

    @property
    def unfinished(self) -> bool:
        return 0 < self._update < self._settings.updates

    def before_training(self, network: ActorCritic, on_step: Callable[[], None]) -> dict[str, float]:
        """Distil, see the module, from where a checkpoint was taken."""
        if not isinstance(network, SequenceActorCritic):
            raise TypeError(f"distillation needs a sequence model, not {type(network).__name__}")
        self._model, parameters = network, network.sequence_parameters()
        self._adam = Adam(parameters, lr=self._settings.learning_rate, fused=True)
        load_moments(self._adam, network, self._moments)
        network.train()
        while self._update < self._settings.updates:
            on_step()
            loss = self._learn(network, self._adam)
            self._loss = loss if not self._update else SMOOTHING * self._loss + (1 - SMOOTHING) * loss
            self._update += 1
        network.eval()
        self._adam.zero_grad(set_to_none=True)
        network.distilled = True
        return {
            "distillation_loss": self._loss, "distillation_updates": float(self._update),
            "distilled_steps": float(len(self._sequences.action)),
        }  # fmt: skip

    def _learn(self, network: SequenceActorCritic, adam: Adam) -> float:
        """One step of Adam; all of its randomness depends on its number alone."""
        settings, parameters = self._settings, network.sequence_parameters()
        seed = derive(self._seed, "update", self._update)
        token, action, there = self._sequences.windows(
            settings.batch_size, network.context, torch.Generator().manual_seed(seed)
        )
        adam.zero_grad(set_to_none=True)
        devices = [self._device] if self._device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(seed)
            logits = network.over(token.to(self._device))
        there = there.to(self._device)
        loss = F.cross_entropy(logits[there], action.to(self._device)[there])
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(parameters, settings.max_grad_norm)
        for group in adam.param_groups:
            group["lr"] = self._rate()
        with torch.no_grad():
            torch._foreach_mul_(list[Tensor](parameters), 1.0 - self._rate() * settings.weight_decay)
        adam.step()
        return loss.item()

    def _rate(self) -> float:
        """The learning rate of this update."""
        done = (self._update + 1) / self._settings.updates
        return self._settings.learning_rate * min(done / WARM_UP, 1.0, max(LOWEST, 1.0 - done))

    def state(self) -> dict[str, Any]:
        moments = {}
        if self.unfinished and self._adam is not None and self._model is not None:
            moments = save_moments(self._adam, self._model)
        return {"update": self._update, "loss": self._loss, "adam": moments}

    def restore(self, state: dict[str, Any]) -> None:
        self._update, self._loss, self._moments = state["update"], state["loss"], state["adam"]
