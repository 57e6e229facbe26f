"""REINFORCE (Williams 1992), built from functions that the other learners use too."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy, policy_of, to_device
from gsl.worker.learners.gae import gae
from gsl.worker.learners.on_policy import normalised
from gsl.worker.nets import make_network
from gsl.worker.nets.adam import Adam, clear_moments, load_moments, save_moments
from gsl.worker.spaces import Spaces
from reinforce import Reinforce as ReinforceSettings


class Reinforce:
    """A Learner (worker/learners/base.py). It does not train the value function of its network."""

    def __init__(
        self, settings: ReinforceSettings, spaces: Spaces, seed: int, device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:  # fmt: skip
        self.settings, self.device, self._seed = settings, device, seed
        self.network = make_network(settings.network, spaces, derive(seed, "network")).to(device)
        rate = (overrides or Overrides()).learning_rate or settings.learning_rate
        self.optimiser = Adam(self.network.parameters(), lr=rate)
        self._acting = torch.Generator(device).manual_seed(derive(seed, "acting"))

    @torch.no_grad()
    def decide(self, observation: NDArray[Any]) -> Decision:
        parameters, value = self.network(to_device(observation, self.device))
        distribution = self.network.distribution(parameters)
        action = distribution.sample(self._acting)
        return Decision(np.asarray(action.cpu().numpy()), distribution.log_prob(action).cpu(), value.cpu())

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        return policy_of(self.network, self.device, deterministic=deterministic, seed=seed)

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """One gradient step on the whole rollout; rewards after its end are ignored."""
        observation, action = rollout.observation.flatten(0, 1), rollout.action.flatten(0, 1)
        reward = rollout.reward
        if guidance is not None:
            reward = guidance.reward(observation, action, reward.flatten()).reshape(reward.shape)
        nothing = torch.zeros_like(reward)
        _, returns = gae(reward, nothing, rollout.done, nothing[0], self.settings.gamma, gae_lambda=1.0)
        log_prob = self.network.policy(to_device(observation, self.device)).log_prob(to_device(action, self.device))
        weight = 1.0 if guidance is None else guidance.policy_weight
        loss = -weight * (normalised(returns).flatten().to(self.device) * log_prob).mean()
        self.optimiser.zero_grad()
        torch.autograd.backward(loss)
        self.optimiser.step()
        return {"policy_loss": loss.item()}

    def state(self) -> dict[str, Any]:
        return {
            "network": {name: value.detach().clone() for name, value in self.network.state_dict().items()},
            "adam": save_moments(self.optimiser, self.network),
            "acting": self._acting.get_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.clone(state)
        self._acting.set_state(torch.as_tensor(state["acting"]))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        load_moments(self.optimiser, self.network, state["adam"])
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
            clear_moments(self.optimiser, self.network.policy_head)
