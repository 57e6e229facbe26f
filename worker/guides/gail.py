"""Generative adversarial imitation learning (Ho and Ermon 2016), mixed into the environment's reward.

A discriminator D learns to distinguish the policy's steps (label 1) from demonstrated ones (label 0). With sigmoid(D)
the probability that a step is the policy's, the learner's reward becomes

    w_env * r_env + w_imitation * r_D        (ManiSkill2-Learn's GAIL on SAC: 0.3 and 0.7)

    positive    r_D = - log sigmoid(D)       (ManiSkill2-Learn, Ho and Ermon; a long episode collects more of it)
    centred     r_D = - D                    (Fu et al. 2018, AIRL; above and below zero)
    negative    r_D = log(1 - sigmoid(D))    (below zero: a short episode loses less)

The sign matters: "positive" discourages an agent from ending an episode at its goal (Kostrikov et al. 2019). The
discriminator learns from each rollout and from earlier ones before the learner does. A gradient penalty, smoothed
labels, noise and, optionally, spectral normalisation keep it uncertain: a certain discriminator gives every step of the
policy the same reward.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from gsl.config.guides import GAIL as GAILSettings
from gsl.seeds import derive
from gsl.worker.experience import Rollout, rows
from gsl.worker.guides.base import Guide, GuideInputs
from gsl.worker.guides.discriminator import classification_loss, gradient_penalty, make_discriminator
from gsl.worker.guides.recent_steps import RecentSteps
from gsl.worker.nets.adam import Adam, load_moments, save_moments

_JUDGED_AT_ONCE = 1024

Steps = tuple[Tensor, Tensor]
"""Observations and actions, each (B, ...)."""


class GAIL(Guide):
    """Trains its discriminator in `observe` and uses it in `reward`."""

    def __init__(self, settings: GAILSettings, inputs: GuideInputs) -> None:
        if inputs.demonstrations is None:
            raise ValueError("GAIL needs demonstrations")
        self._settings, self._demonstrations, self._device = settings, inputs.demonstrations, inputs.device
        seed = derive(inputs.seed, "discriminator")
        self.discriminator = make_discriminator(settings, inputs.spaces, inputs.demonstrations, seed).to(inputs.device)
        self._adam = Adam(self.discriminator.parameters(), lr=settings.learning_rate)
        self._recent = RecentSteps(settings.recent_steps)
        self._generator = torch.Generator().manual_seed(inputs.seed)

    def observe(self, rollout: Rollout) -> dict[str, float]:
        """Train the discriminator on this rollout, earlier ones and demonstrations; diagnostics of the last update."""
        steps = rollout.observation.flatten(0, 1), rollout.action.flatten(0, 1)
        metrics: dict[str, float] = {}
        for _ in range(self._settings.updates):
            metrics = self._update(self._own(steps), self._shown())
        self._recent.remember(steps, self._generator)
        return metrics

    @torch.no_grad()
    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
        """See the module; (B,), finite and bounded by the weights and the limit, on the device of `reward`."""
        self.discriminator.eval()
        parts = zip(torch.split(observation, _JUDGED_AT_ONCE), torch.split(action, _JUDGED_AT_ONCE), strict=True)
        judged = torch.cat([self._judge((seen.to(self._device), done.to(self._device))) for seen, done in parts])
        limit = self._settings.reward_limit
        imitation = _imitation(self._settings.form, judged).clamp(-limit, limit).to(reward.device)
        return self._settings.env_weight * reward + self._settings.imitation_weight * imitation

    def _judge(self, steps: Steps) -> Tensor:
        """Logits (B,)."""
        observation, action = steps
        judge = self.discriminator
        logits: Tensor = judge(judge.prepare(observation), judge.prepare_action(action))
        return logits

    def _own(self, steps: Steps) -> Steps:
        """A batch of the policy's steps: from this rollout, and the second half from earlier ones if there are any."""
        size = self._settings.batch_size
        earlier = self._recent.sample(size // 2, self._generator)
        drawn = torch.randint(
            len(steps[0]), (size if earlier is None else size - size // 2,), generator=self._generator
        )
        fresh = steps[0][drawn], steps[1][drawn]
        if earlier is None:
            return fresh
        return torch.cat([fresh[0], earlier[0]]), torch.cat([fresh[1], earlier[1]])

    def _shown(self) -> Steps:
        """A batch of demonstrated steps, drawn with replacement, all variations equally often."""
        shown = self._demonstrations
        drawn = shown.draw(self._settings.batch_size, self._generator)
        return rows(shown.observation, drawn), rows(shown.action, drawn)

    def _update(self, own: Steps, shown: Steps) -> dict[str, float]:
        """One step of Adam."""
        self.discriminator.train()
        ours, theirs = self._prepared(own), self._prepared(shown)
        by_policy, by_demonstrator = self.discriminator(*ours), self.discriminator(*theirs)
        loss = classification_loss(by_policy, by_demonstrator, self._settings.label_smoothing)
        total = loss
        if self._settings.gradient_penalty:
            penalty = gradient_penalty(self.discriminator, ours, theirs, self._generator)
            total = total + self._settings.gradient_penalty * penalty
        self._adam.zero_grad(set_to_none=True)
        torch.autograd.backward(total)
        self._adam.step()
        right = 0.5 * ((by_policy > 0).float().mean() + (by_demonstrator < 0).float().mean())
        return {"discriminator_loss": loss.item(), "discriminator_accuracy": right.item()}

    def _prepared(self, steps: Steps) -> Steps:
        """On the device, with noise on the observations."""
        judge = self.discriminator
        seen = judge.prepare(steps[0].to(self._device))
        if self._settings.input_noise:
            noise = torch.randn(seen.shape, generator=self._generator).to(self._device)
            seen = seen + self._settings.input_noise * noise
        return seen, judge.prepare_action(steps[1].to(self._device))

    def state(self) -> dict[str, Any]:
        return {
            "discriminator": {name: value.clone() for name, value in self.discriminator.state_dict().items()},
            "adam": save_moments(self._adam, self.discriminator),
            "recent": self._recent.state(),
            "generator": self._generator.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        weights = {name: torch.as_tensor(value) for name, value in state["discriminator"].items()}
        self.discriminator.load_state_dict(weights)
        load_moments(self._adam, self.discriminator, state["adam"])
        self._recent.restore(state["recent"])
        self._generator.set_state(torch.as_tensor(state["generator"]))


def _imitation(form: str, judged: Tensor) -> Tensor:
    """The discriminator's reward (B,) for logits (B,)."""
    if form == "centred":
        return -judged
    return F.softplus(-judged) if form == "positive" else -F.softplus(judged)
