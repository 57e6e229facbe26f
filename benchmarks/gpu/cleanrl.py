"""PPO on Procgen as CleanRL's `ppo_procgen` does it: python -m benchmarks.gpu.cleanrl JSON.

Written anew from that script's published settings (64 environments, 256 steps, 8 minibatches, 3 passes, IMPALA with 16,
32 and 32 channels): one process, the rollout in tensors on the device, whole minibatches, PyTorch's defaults. Rewards
are taken as they come and episodes are not noted, which costs this side less than the script.
"""

import importlib
import os
import sys
from importlib.metadata import distributions
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Categorical
from torch.nn import functional as F

from benchmarks.peers import cases
from benchmarks.peers.cases import Case, from_json
from benchmarks.peers.windows import Side, serve

PACKAGES = ("torch", "procgen-mirror", "numpy")


class Residual(nn.Module):
    """x + conv(relu(conv(relu(x))))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.convolutions(x)
        return out


class Agent(nn.Module):
    """Policy and value of pictures (B, 64, 64, 3)."""

    def __init__(self, actions: int, width: int) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        for inputs, channels in ((3, 16), (16, 32), (32, 32)):
            stages += [nn.Conv2d(inputs, channels, 3, padding=1), nn.MaxPool2d(3, stride=2, padding=1)]
            stages += [Residual(channels), Residual(channels)]
        self.body = nn.Sequential(*stages, nn.Flatten(), nn.ReLU(), nn.Linear(32 * 8 * 8, width), nn.ReLU())
        self.actor, self.critic = nn.Linear(width, actions), nn.Linear(width, 1)
        nn.init.orthogonal_(self.actor.weight, 0.01)
        nn.init.orthogonal_(self.critic.weight, 1.0)

    def forward(self, pictures: Tensor) -> tuple[Categorical, Tensor]:
        features = self.body(pictures.permute(0, 3, 1, 2) / 255.0)
        return Categorical(logits=self.actor(features)), self.critic(features).flatten()


class Loop:
    """Environments, rollout memory and optimiser."""

    def __init__(self, case: Case) -> None:
        self.case, self.device = case, torch.device(case.device)
        self.envs = _envs(case.num_envs)
        self.agent = Agent(15, case.width).to(self.device)
        self.optimiser = torch.optim.Adam(self.agent.parameters(), lr=case.learning_rate, eps=1e-5)
        shape = (case.num_steps, case.num_envs)
        self.seen = torch.zeros((*shape, 64, 64, 3), device=self.device)
        self.actions, self.log_probs, self.rewards, self.dones, self.values = (
            torch.zeros(shape, device=self.device) for _ in range(5)
        )
        self.next_seen, self.next_done = self._observe(), torch.zeros(case.num_envs, device=self.device)

    def epoch(self) -> int:
        """One rollout and the updates on it."""
        self._collect()
        advantages = self._advantages()
        self._learn(advantages, advantages + self.values)
        return self.case.batch_size

    def _observe(self) -> Tensor:
        return torch.as_tensor(self.envs.observe()[1]["rgb"], dtype=torch.float32, device=self.device)

    @torch.no_grad()
    def _collect(self) -> None:
        for t in range(self.case.num_steps):
            self.seen[t], self.dones[t] = self.next_seen, self.next_done
            policy, self.values[t] = self.agent(self.next_seen)
            action = policy.sample()
            self.actions[t], self.log_probs[t] = action, policy.log_prob(action)
            self.envs.act(action.cpu().numpy().astype(np.int32))
            reward, _, first = self.envs.observe()
            self.next_seen = self._observe()
            self.rewards[t] = torch.as_tensor(reward, device=self.device)
            self.next_done = torch.as_tensor(first, dtype=torch.float32, device=self.device)

    @torch.no_grad()
    def _advantages(self) -> Tensor:
        """Generalised advantage estimation."""
        advantages, last = torch.zeros_like(self.rewards), torch.zeros_like(self.next_done)
        value, alive = self.agent(self.next_seen)[1], 1.0 - self.next_done
        for t in reversed(range(self.case.num_steps)):
            delta = self.rewards[t] + cases.GAMMA * value * alive - self.values[t]
            advantages[t] = last = delta + cases.GAMMA * cases.GAE_LAMBDA * alive * last
            value, alive = self.values[t], 1.0 - self.dones[t]
        return advantages

    def _learn(self, advantages: Tensor, returns: Tensor) -> None:
        flat = [each.flatten() for each in (self.actions, self.log_probs, self.values, advantages, returns)]
        seen = self.seen.flatten(0, 1)
        for _ in range(self.case.update_epochs):
            order = np.random.permutation(self.case.batch_size)
            for start in range(0, len(order), self.case.minibatch):
                index = torch.as_tensor(order[start : start + self.case.minibatch], device=self.device)
                loss = _loss(self.agent, seen[index], *(each[index] for each in flat))
                self.optimiser.zero_grad()
                torch.autograd.backward(loss)
                nn.utils.clip_grad_norm_(self.agent.parameters(), cases.MAX_GRAD_NORM)
                self.optimiser.step()
        loss.item()  # waits for the device


def _loss(
    agent: Agent, seen: Tensor, actions: Tensor, old: Tensor, values: Tensor, gains: Tensor, aims: Tensor
) -> Tensor:
    """Clipped policy and value losses and the entropy bonus."""
    policy, value = agent(seen)
    ratio = (policy.log_prob(actions) - old).exp()
    gains = (gains - gains.mean()) / (gains.std() + 1e-8)
    policy_loss = torch.max(-gains * ratio, -gains * ratio.clamp(1 - cases.CLIP, 1 + cases.CLIP)).mean()
    clipped = values + (value - values).clamp(-cases.CLIP, cases.CLIP)
    value_loss = 0.5 * torch.max(F.mse_loss(value, aims, reduction="none"), (clipped - aims) ** 2).mean()
    loss: Tensor = policy_loss - cases.ENTROPY * policy.entropy().mean() + cases.VALUE * value_loss
    return loss


def _envs(num_envs: int) -> Any:
    importlib.import_module("gym_notices.notices").notices.clear()
    from procgen import ProcgenGym3Env

    return ProcgenGym3Env(
        num=num_envs, env_name="starpilot", distribution_mode="easy", num_levels=200, start_level=0, rand_seed=0
    )


def make(case: Case) -> Side:
    """The loop; its CPU uses every core."""
    torch.set_num_threads(case.threads or os.cpu_count() or 1)
    loop = Loop(case)
    versions = {each.name: each.version for each in distributions() if each.name in PACKAGES}
    weights = sum(parameter.numel() for parameter in loop.agent.parameters())
    return Side(loop.epoch, versions, torch.get_num_threads(), {"parameters": str(weights)})


if __name__ == "__main__":
    wanted = from_json(sys.argv[1])
    serve(lambda: make(wanted), wanted.epochs_a_window)
