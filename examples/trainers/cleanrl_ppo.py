"""PPO in one file, in the style of CleanRL, as a trainer of GSL Lab's runs: CartPole with poles of different lengths.

It needs torch, gymnasium and gsl_trainer.py. A variation is the pole's length, in the argument `lengths`. Fine-tuning
adds a behaviour-cloning loss on the demonstrations. See docs/own-trainer.md.
"""

from pathlib import Path

import gsl_trainer
import numpy as np
import torch
from gymnasium.envs.classic_control import CartPoleEnv
from torch import nn
from torch.distributions import Categorical

GAMMA, LAMBDA, CLIP, PASSES, MINIBATCHES, CLONING = 0.99, 0.95, 0.2, 4, 4, 0.1


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))
        self.critic = nn.Sequential(nn.Linear(4, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))

    def act(self, obs, deterministic=False):
        logits = self.actor(torch.as_tensor(obs, dtype=torch.float32))
        return logits.argmax(-1) if deterministic else Categorical(logits=logits).sample()


class Poles:
    """Environments side by side, each with a pole of its own; every episode of one is of another variation."""

    def __init__(self, job, number, variations, seed):
        self.lengths = [float(length) for length in job.arguments["lengths"].split(",")]
        self.longest = job.order["suite"].get("longest_episode", 500)
        self.variations, self.rng = variations, np.random.default_rng(seed)
        self.envs = [CartPoleEnv() for _ in range(number)]
        self.variation, self.steps = np.zeros(number, int), np.zeros(number, int)
        self.obs = np.stack([self.begin(i) for i in range(number)])

    def begin(self, i):
        self.envs[i].np_random = self.rng
        self.take(i, int(self.rng.choice(self.variations)), 0)
        return self.envs[i].reset()[0]

    def take(self, i, variation, steps):
        self.variation[i], self.steps[i], pole = variation, steps, self.envs[i]
        pole.length = self.lengths[variation]
        pole.polemass_length = pole.masspole * pole.length

    def step(self, actions):
        """Rewards, ends, and the episodes that ended. Every step earns 1, so a return is a number of steps."""
        reward, done, ended = np.ones(len(self.envs), np.float32), np.zeros(len(self.envs), np.float32), []
        for i, action in enumerate(actions):
            self.obs[i], _, fell, _, _ = self.envs[i].step(int(action))
            self.steps[i] += 1
            if fell or self.steps[i] == self.longest:
                done[i] = 1
                ended.append(gsl_trainer.episode(self.variation[i], self.steps[i], self.steps[i]))
                self.obs[i] = self.begin(i)
        return reward, done, ended

    def state(self):
        """All that a training needs to go on from here as if it had not been stopped."""
        poles = [(int(self.variation[i]), int(self.steps[i]), env.state.tolist()) for i, env in enumerate(self.envs)]
        return {"rng": self.rng.bit_generator.state, "poles": poles}

    def restore(self, saved):
        self.rng.bit_generator.state = saved["rng"]
        for i, (variation, steps, physics) in enumerate(saved["poles"]):
            self.take(i, variation, steps)
            self.envs[i].state = np.array(physics)
            self.obs[i] = physics


def train(job, agent, saved):
    optimizer = torch.optim.Adam(agent.parameters(), lr=job.learning_rate, eps=1e-5)
    envs, shown, more = Poles(job, job.num_envs, job.variations, job.seed), demonstrated(job), True
    if job.resume:
        optimizer.load_state_dict(saved["optimizer"])
        envs.restore(saved["envs"])
        torch.set_rng_state(saved["rng"])

    def save(path):
        parts = {"agent": agent.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save({**parts, "envs": envs.state(), "rng": torch.get_rng_state()}, path)

    while more:
        batch, episodes = rollout(agent, envs, job.epoch_steps // job.num_envs)
        entropy = learn(agent, optimizer, batch, shown)
        more = job.epoch(len(batch[0]), episodes, {"entropy": entropy}, save)


def demonstrated(job):
    """Observations and actions of all demonstrations; None if there are none."""
    files = [np.load(path) for path in job.demonstrations]
    parts = [torch.as_tensor(np.concatenate([file[name] for file in files])) for name in ("obs", "action") if files]
    return parts if parts and len(parts[0]) else None


def rollout(agent, envs, steps):
    """Observations, actions, log probabilities, advantages and targets of the value; and the episodes that ended."""
    obs, action, logprob, value, reward, end, episodes = [], [], [], [], [], [], []
    with torch.no_grad():
        for _ in range(steps):
            now = torch.as_tensor(envs.obs, dtype=torch.float32)
            policy = Categorical(logits=agent.actor(now))
            chosen = policy.sample()
            earned, over, ended = envs.step(chosen)
            for kept, new in ((obs, now), (action, chosen), (logprob, policy.log_prob(chosen))):
                kept.append(new)
            value.append(agent.critic(now).squeeze(-1))
            reward.append(torch.as_tensor(earned))
            end.append(torch.as_tensor(over))
            episodes += ended
        value.append(agent.critic(torch.as_tensor(envs.obs, dtype=torch.float32)).squeeze(-1))
    advantage, last = [None] * steps, 0.0
    for t in reversed(range(steps)):
        delta = reward[t] + GAMMA * value[t + 1] * (1 - end[t]) - value[t]
        advantage[t] = last = delta + GAMMA * LAMBDA * (1 - end[t]) * last
    advantage = torch.cat(advantage)
    return [
        torch.cat(obs),
        torch.cat(action),
        torch.cat(logprob),
        advantage,
        advantage + torch.cat(value[:-1]),
    ], episodes


def learn(agent, optimizer, batch, shown):
    """Passes of PPO, with behaviour cloning of what was shown; the policy's entropy."""
    for _ in range(PASSES):
        for part in torch.randperm(len(batch[0])).chunk(MINIBATCHES):
            obs, action, logprob, advantage, target = (values[part] for values in batch)
            policy = Categorical(logits=agent.actor(obs))
            ratio = (policy.log_prob(action) - logprob).exp()
            gain = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
            loss = -torch.min(ratio * gain, ratio.clamp(1 - CLIP, 1 + CLIP) * gain).mean()
            loss = loss + 0.5 * (agent.critic(obs).squeeze(-1) - target).pow(2).mean() - 0.01 * policy.entropy().mean()
            if shown is not None:
                drawn = torch.randint(len(shown[0]), (256,))
                loss = (
                    loss - CLONING * Categorical(logits=agent.actor(shown[0][drawn])).log_prob(shown[1][drawn]).mean()
                )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimizer.step()
    return policy.entropy().mean().item()


def play(job, agent, variation, seed):
    """One episode; its observations, actions and return."""
    envs = Poles(job, 1, [variation], seed)
    seen, actions = [], []
    while True:
        seen.append(envs.obs[0].copy())
        actions.append(agent.act(envs.obs, job.deterministic))
        _, _, ended = envs.step(actions[-1])
        if ended:
            return np.array(seen, np.float32), torch.cat(actions).numpy(), ended[0]


def evaluate(job, agent):
    job.episodes([play(job, agent, variation, job.seed + i)[2] for i, variation in enumerate(job.plan())])


def demonstrate(job, agent):
    kept, everything = [], []
    for variation in job.variations:
        count = 0
        for attempt in range(job.keeping["tries"]):
            if count == job.keeping["episodes"]:
                break
            obs, action, ended = play(job, agent, variation, job.seed + 1000 * variation + attempt)
            ended["kept"] = job.is_worth_keeping(variation, ended["return"])
            if ended["kept"]:
                count += 1
                kept.append((obs, action))
            everything.append(ended)
    with Path(job.file).open("wb") as file:
        np.savez(
            file,
            obs=np.concatenate([obs for obs, _ in kept]) if kept else np.zeros((0, 4), np.float32),
            action=np.concatenate([action for _, action in kept]) if kept else np.zeros(0, np.int64),
        )
    job.episodes(everything)


def main():
    job = gsl_trainer.begin()
    torch.manual_seed(job.seed)
    torch.set_num_threads(1)
    agent, saved = Agent(), None
    if job.checkpoint:
        saved = torch.load(job.checkpoint, weights_only=True)
        agent.load_state_dict(saved["agent"])
        if job.fresh_head:
            agent.actor[-1].reset_parameters()
    if job.work == "train":
        train(job, agent, saved)
    elif job.work == "evaluate":
        evaluate(job, agent)
    else:
        demonstrate(job, agent)


if __name__ == "__main__":
    main()
