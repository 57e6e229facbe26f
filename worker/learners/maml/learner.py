"""MAML-TRPO (Finn et al. 2017): TRPO on the policies after the inner step, differentiated through that step.

    maximise the mean over tasks i of E[pi_theta'_i(a|s) / pi_old'_i(a|s) * A]
    where the mean KL divergence of the adapted policies from the old adapted ones is at most delta

Every evaluation, also those of the Fisher matrix's products and of the line search, takes the inner step anew.
"""

from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from gsl.config.learners import MAML as MAMLSettings
from gsl.config.networks import MLP
from gsl.seeds import derive
from gsl.worker.experience import Decision, Rollout
from gsl.worker.learners.base import Guidance, Metrics, Overrides, Policy
from gsl.worker.learners.maml.phases import Phase, inner_step, phases_of
from gsl.worker.learners.maml.policy import AdaptingPolicy
from gsl.worker.learners.natural_step import Region, Taken, natural_step
from gsl.worker.nets.adaptive import make_adaptive
from gsl.worker.nets.distributions import Distribution
from gsl.worker.spaces import Spaces


class MAML:
    """The policy before the inner step, and the random state of acting.

    Rollouts begin with new trials, so what slots remember of theirs never outlasts an epoch.
    """

    def __init__(
        self, settings: MAMLSettings, spaces: Spaces, seed: int, device: torch.device,
        overrides: Overrides | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(settings.network, MLP):
            raise TypeError(f"{settings.network.name} is for pictures")
        self.settings, self.device, self._seed = settings, device, seed
        self.network = make_adaptive(settings.network, spaces, derive(seed, "network")).to(device)
        self.acting = torch.Generator(device).manual_seed(derive(seed, "acting"))
        self._playing = AdaptingPolicy(self.network, settings, device, deterministic=False, generator=self.acting)

    # Acting

    def decide(self, observation: NDArray[Any]) -> Decision:
        """Sampled actions for the training environments' observations (num_envs, *observation_shape)."""
        action, log_prob = self._playing.act(observation)
        return Decision(action, log_prob)

    def policy(self, *, deterministic: bool, seed: int) -> Policy:
        """The current policy, for evaluation and demonstrations; does not change the random state of training."""
        generator = torch.Generator(self.device).manual_seed(seed)
        return AdaptingPolicy(
            self.network, self.settings, self.device, deterministic=deterministic, generator=generator
        )

    # Learning

    def update(
        self, rollout: Rollout, guidance: Guidance | None = None, *, progress: float = 0.0,
        on_step: Callable[[], None] | None = None,
    ) -> Metrics:  # fmt: skip
        """One step of the policy. Guides and `progress` are not used; `on_step` is called before it and may raise."""
        settings = self.settings
        before, after = phases_of(rollout, settings.adapt_after, settings.gamma, settings.gae_lambda, self.device)
        if on_step is not None:
            on_step()
        taken, entropy = self._step(before, after)
        return {
            "approx_kl": taken.kl,
            "step_share": taken.share,
            "surrogate_gain": taken.gain,
            "grad_norm": taken.gradient_norm,
            "entropy": entropy,
            "return_before": before.returns,
            "return_after": after.returns,
        }

    def _step(self, before: Phase, after: Phase) -> tuple[Taken, float]:
        """The outer step, and the entropy of the adapted policies before it."""
        settings, parameters = self.settings, self.network.learned()

        def adapted(before: Phase = before, after: Phase = after) -> Distribution:
            own = inner_step(self.network, parameters, before, settings.learning_rate)
            return self.network.distribution(self.network.each(own, after.observation))

        with torch.no_grad():
            old = adapted()
            entropy = float(after.mean(old.entropy()).mean())

        def objective() -> Tensor:
            ratio = (adapted().log_prob(after.action) - after.log_prob).exp()
            return after.mean(ratio * after.advantage).mean()

        def divergence() -> Tensor:
            return after.mean(old.kl(adapted())).mean()

        region = Region(
            settings.max_kl, settings.cg_iterations, settings.cg_damping, settings.backtracks, settings.backtrack_ratio
        )
        fewer = self._fewer(before, after, adapted) if settings.fisher_share < 1 else None
        return natural_step(parameters, objective, divergence, region, fewer), entropy

    def _fewer(
        self, before: Phase, after: Phase, adapted: Callable[[Phase, Phase], Distribution]
    ) -> Callable[[], Tensor]:
        """The divergence on some of the steps."""
        before, after = (phase.some(self.settings.fisher_share) for phase in (before, after))
        with torch.no_grad():
            old = adapted(before, after)
        return lambda: after.mean(old.kl(adapted(before, after))).mean()

    # State

    def state(self) -> dict[str, Any]:
        """Complete: a learner that restores it continues with exactly the same results."""
        network = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        return {"network": network, "acting": self.acting.get_state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Resume the same job exactly."""
        self.clone(state)
        self.acting.set_state(torch.as_tensor(state["acting"]))

    def clone(self, state: dict[str, Any], *, fresh_head: bool = False) -> None:
        """Start as another job's learner, with its own random state; `fresh_head` resets the policy's last layer.

        Raises RuntimeError or KeyError if the state belongs to another network.
        """
        self.network.load_state_dict({name: torch.as_tensor(value) for name, value in state["network"].items()})
        if fresh_head:
            self.network.refresh_policy_head(derive(self._seed, "policy_head"))
