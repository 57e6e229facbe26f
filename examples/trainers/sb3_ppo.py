"""Stable-Baselines3's PPO as a trainer of GSL Lab's runs: a callback, and a job runner around the model.

It needs stable-baselines3 and gsl_trainer.py. It trains CartPole with poles of different lengths: a variation is the
pole's length, in the argument `lengths`. Fine-tuning adds steps of behaviour cloning on the demonstrations. See
docs/own-trainer.md. Other environments take the place of Pole, other algorithms that of PPO.
"""

import io
from pathlib import Path

import gsl_trainer
import numpy as np
import torch
from gymnasium.envs.classic_control import CartPoleEnv
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import DummyVecEnv

CLONING, CLONING_STEPS, CLONING_BATCH = 0.1, 4, 256


class Pole(CartPoleEnv):
    """CartPole whose every episode is of one of the variations; an episode's end is in `info`, as GSL Lab wants it."""

    def __init__(self, job, variations, rng):
        super().__init__()
        self.lengths = [float(length) for length in job.arguments["lengths"].split(",")]
        self.longest = job.order["suite"].get("longest_episode", 500)
        self.variations, self.np_random = variations, rng

    def begin(self, variation, steps):
        self.variation, self.steps = variation, steps
        self.length = self.lengths[variation]
        self.polemass_length = self.masspole * self.length

    def reset(self, *, seed=None, options=None):
        self.begin(int(self.np_random.choice(self.variations)), 0)
        return super().reset(options=options)

    def step(self, action):
        obs, reward, fell, _, info = super().step(action)
        self.steps += 1
        cut = self.steps == self.longest
        if fell or cut:
            info["ended"] = gsl_trainer.episode(self.variation, self.steps, self.steps)
        return obs, reward, fell, cut, info


class ClonedPPO(PPO):
    """PPO whose updates are followed by steps towards what was shown, if anything was."""

    shown = None

    def train(self):
        super().train()
        for _ in range(CLONING_STEPS if self.shown else 0):
            obs, action = self.shown
            drawn = torch.randint(len(obs), (CLONING_BATCH,))
            _, log_prob, _ = self.policy.evaluate_actions(obs[drawn].to(self.device), action[drawn].to(self.device))
            self.policy.optimizer.zero_grad()
            (-CLONING * log_prob.mean()).backward()
            self.policy.optimizer.step()


class Telling(BaseCallback):
    """Collects the episodes that end, and tells GSL Lab of each rollout and its update; `more`: whether to go on."""

    def __init__(self, job, save):
        super().__init__()
        self.job, self.save, self.more, self.episodes = job, save, True, []

    def _on_training_start(self):
        self.before, self.episodes = self.model.num_timesteps, []

    def _on_step(self):
        self.episodes += [info["ended"] for info in self.locals["infos"] if "ended" in info]
        return True

    def _on_training_end(self):
        values = {name.split("/")[1]: float(value) for name, value in self.logger.name_to_value.items() if "/" in name}
        steps = self.model.num_timesteps - self.before
        self.more = self.job.epoch(steps, self.episodes, values, self.save)


def train(job):
    rng = np.random.default_rng(job.seed)
    poles = [Pole(job, job.variations, rng) for _ in range(job.num_envs)]
    envs = DummyVecEnv([lambda pole=pole: pole for pole in poles])
    model = resumed(job, envs, poles, rng) if job.resume else begun(job, envs)
    model.shown = demonstrated(job)
    telling = Telling(job, lambda path: save(path, model, poles, rng))
    while telling.more:
        model.learn(1, telling, log_interval=None, reset_num_timesteps=False)  # one rollout and its update


def begun(job, envs):
    """A new model, or one with the policy of another job."""
    steps = job.epoch_steps // job.num_envs
    model = ClonedPPO("MlpPolicy", envs, job.learning_rate, n_steps=steps, ent_coef=0.01, device=job.device)
    if job.checkpoint:
        model.policy.load_state_dict(policy_of(job).state_dict())
        if job.fresh_head:
            model.policy.init_weights(model.policy.action_net, gain=0.01)
    return model


def save(path, model, poles, rng):
    """What SB3 saves, and what it does not: environments, and the state of all that is random."""
    file = io.BytesIO()
    model.save(file, exclude=["shown"])
    state = {
        "model": file.getvalue(),
        "poles": [(pole.variation, pole.steps, pole.state) for pole in poles],
        "random": (rng.bit_generator.state, np.random.get_state(), torch.get_rng_state()),
    }
    torch.save(state, path)


def resumed(job, envs, poles, rng):
    """This job's own model, where it was: its next rollout begins in the middle of the episodes that were running."""
    saved = torch.load(job.checkpoint, weights_only=False)
    envs.reset()
    model = ClonedPPO.load(io.BytesIO(saved["model"]), envs, device=job.device, force_reset=False)
    for pole, (variation, steps, physics) in zip(poles, saved["poles"], strict=True):
        pole.begin(variation, steps)
        pole.state = physics
    rng.bit_generator.state = saved["random"][0]
    np.random.set_state(saved["random"][1])
    torch.set_rng_state(saved["random"][2])
    return model


def policy_of(job):
    saved = torch.load(job.checkpoint, weights_only=False)
    return ClonedPPO.load(io.BytesIO(saved["model"]), device="cpu").policy


def demonstrated(job):
    """Observations and actions of all demonstrations; None if there are none."""
    files = [np.load(path) for path in job.demonstrations]
    parts = [torch.as_tensor(np.concatenate([file[name] for file in files])) for name in ("obs", "action") if files]
    return parts if parts and len(parts[0]) else None


def play(job, policy, variation, seed):
    """One episode; its observations, actions, and what there is to say about it."""
    pole, seen, actions, info = Pole(job, [variation], np.random.default_rng(seed)), [], [], {}
    obs, _ = pole.reset()
    while "ended" not in info:
        action, _ = policy.predict(obs, deterministic=job.deterministic)
        seen.append(obs)
        actions.append(int(action))
        obs, _, _, _, info = pole.step(actions[-1])
    return np.array(seen, np.float32), np.array(actions), info["ended"]


def evaluate(job):
    policy = policy_of(job)
    job.episodes([play(job, policy, variation, job.seed + i)[2] for i, variation in enumerate(job.plan())])


def demonstrate(job):
    policy, everything, kept = policy_of(job), [], []
    for variation in job.variations:
        count = 0
        for attempt in range(job.keeping["tries"]):
            if count == job.keeping["episodes"]:
                break
            obs, action, ended = play(job, policy, variation, job.seed + 1000 * variation + attempt)
            ended["kept"] = job.is_worth_keeping(variation, ended["return"])
            if ended["kept"]:
                count += 1
                kept.append((obs, action))
            everything.append(ended)
    empty = (np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    with Path(job.file).open("wb") as file:
        obs, action = (np.concatenate(parts) for parts in zip(empty, *kept, strict=True))
        np.savez(file, obs=obs, action=action)
    job.episodes(everything)


def main():
    job = gsl_trainer.begin()
    torch.manual_seed(job.seed)
    np.random.seed(job.seed % 2**32)
    torch.set_num_threads(1)
    {"train": train, "evaluate": evaluate, "demonstrate": demonstrate}[job.work](job)


if __name__ == "__main__":
    main()
