"""The learner with a sequence model: PPO before distillation, exact states, and a policy that remembers its trial."""

from typing import Any

import numpy as np
import pytest
import torch

from gsl.config.learners import SequenceModel as SequenceSettings
from gsl.config.networks import MLP
from gsl.config.suites import DarkRoomSuite
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.sequence.learner import SequenceModel
from gsl.worker.learners.sequence.policy import SequencePolicy
from gsl.worker.nets.distributions import Categorical
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import FORGET, KEEP, NOTE, RECALL
from tests.worker.learners.states import same

CPU = torch.device("cpu")
ROOM = DarkRoomSuite(size=3, time_limit=4, held_out_goals=2)
SEEN, ACTIONS = 6, 5
KINDS = pytest.mark.parametrize("model", ["transformer", "gru"])


def loop_of() -> EnvRunner:
    sampler = UniformSampler(ROOM.training_variations(), np.random.default_rng(0))
    return EnvRunner(make_env(ROOM, 4, sampler, 0, Trial(1)))


def learner(seed: int = 1, **changes: Any) -> SequenceModel:
    small: dict[str, Any] = {"network": MLP(width=8, depth=1), "device": "cpu", "num_envs": 4, "num_steps": 8,
                             "width": 8, "heads": 2, "layers": 2, "context": 8}  # fmt: skip
    return SequenceModel(SequenceSettings(**(small | changes)), spaces_of(loop_of().env), seed, CPU)


def distilled(**changes: Any) -> SequencePolicy:
    """The policy of a model with strong opinions, as if it had been distilled."""
    made = learner(**changes)
    with torch.no_grad():
        made.network.head.weight.normal_(generator=torch.Generator().manual_seed(0))
    made.network.distilled = True
    policy = made.policy(deterministic=True, seed=0)
    assert isinstance(policy, SequencePolicy)
    return policy


def observation(step: int, mark: float, *, blank: bool = False) -> np.ndarray:  # type: ignore[type-arg]  # of two slots
    """What is seen at a step; `blank`: with nothing before it."""
    rng = np.random.default_rng(step)
    seen = rng.normal(size=(2, SEEN + ACTIONS + 3)).astype(np.float32)
    seen[:, SEEN:] = 0.0
    if not blank:
        seen[np.arange(2), SEEN + step % ACTIONS], seen[:, -3] = 1.0, step / 10
    seen[:, -1] = mark
    return seen


def thought(policy: SequencePolicy, *steps: tuple[int, float]) -> torch.Tensor:
    """What the policy thinks at the last of these steps."""
    for step, mark in steps:
        policy(observation(step, mark, blank=mark == FORGET))
    return logits(policy).clone()


def logits(policy: SequencePolicy) -> torch.Tensor:
    """What it thought last."""
    assert isinstance(policy.thought, Categorical)
    return policy.thought.log_probs


def test_before_distillation_it_is_ppo_on_what_the_suite_shows() -> None:
    made, loop = learner(), loop_of()
    rollout, _ = collect(loop, made, 8, lambda: None)
    alone = PPO(made.settings.before_distillation(), spaces_of(_plain().env), 0, CPU)
    alone.clone(made.state()["ppo"])
    policy, own = made.policy(deterministic=True, seed=0), alone.policy(deterministic=True, seed=0)
    seen = rollout.observation.flatten(0, 1).numpy()
    np.testing.assert_array_equal(policy(seen), own(seen[:, :SEEN]))
    before = made.state()["body"]
    assert made.update(rollout)["grad_norm"] > 0
    assert made.advantage.shape == (32,)
    assert same(made.state()["body"], before)
    assert not same(made.state()["ppo"]["network"], alone.state()["network"])


def _plain() -> EnvRunner:
    return EnvRunner(make_env(ROOM, 4, UniformSampler(ROOM.training_variations(), np.random.default_rng(0)), 0))


@KINDS
def test_its_state_is_exact_and_a_clone_acts_the_same(model: str) -> None:
    made, loop = learner(model=model), loop_of()
    made.update(collect(loop, made, 8, lambda: None)[0])
    other = learner(seed=2, model=model)
    other.restore(made.state())
    assert same(other.state(), made.state())
    rollout, _ = collect(loop, made, 8, lambda: None)
    other.decide(rollout.observation[0].numpy())
    made.network.distilled = True
    clone, fresh = learner(seed=3, model=model), learner(seed=3, model=model)
    clone.clone(made.state())
    fresh.clone(made.state(), fresh_head=True)
    assert clone.network.distilled
    seen = rollout.observation.flatten(0, 1)
    torch.testing.assert_close(clone.network.policy_parameters(seen), made.network.policy_parameters(seen))
    heads = [one.network.before.policy_head.weight for one in (made, clone, fresh)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_whoever_trains_it_further_trains_and_sees_the_policy_without_memory() -> None:
    made, loop = learner(), loop_of()
    made.network.distilled = True
    assert isinstance(made.policy(deterministic=True, seed=0), SequencePolicy)
    made.update(collect(loop, made, 8, lambda: None)[0])
    assert not isinstance(made.policy(deterministic=True, seed=0), SequencePolicy)


def test_a_state_of_another_model_does_not_fit() -> None:
    with pytest.raises((RuntimeError, KeyError)):
        learner(model="gru").clone(learner().state())


@KINDS
def test_a_policy_forgets_notes_and_recalls(model: str) -> None:
    start, second, third = (1, FORGET), (2, KEEP), (3, KEEP)
    policy = distilled(model=model)
    once, further = thought(policy, start), thought(policy, second, third)
    assert not torch.allclose(once, further)
    torch.testing.assert_close(thought(policy, start), once)
    torch.testing.assert_close(thought(policy, second, (3, NOTE)), further)
    thought(policy, (4, KEEP), (5, KEEP))
    torch.testing.assert_close(thought(policy, (3, RECALL)), further)
    torch.testing.assert_close(thought(policy, (4, KEEP), (3, RECALL)), further)


@KINDS
def test_slots_have_memories_of_their_own(model: str) -> None:
    policy = distilled(model=model)
    expected = thought(policy, (1, FORGET), (2, KEEP))
    first = observation(1, FORGET, blank=True)
    policy(first)
    first[1, -1] = KEEP
    policy(first)  # the second slot goes on instead
    policy(observation(2, KEEP))
    torch.testing.assert_close(logits(policy)[0], expected[0])
    assert not torch.allclose(logits(policy)[1], expected[1])


@KINDS
def test_a_prompt_is_what_a_trial_has_seen_before_it_begins(model: str) -> None:
    """Two steps are shown, and then a trial begins: as if they had been the first steps of the trial."""
    policy, steps = distilled(model=model), [observation(step, KEEP)[0] for step in (1, 2)]
    own = np.stack([step[:SEEN] for step in steps])
    action, reward, done = np.array([4, 2]), np.array([0.5, 1.0], np.float32), np.array([False, True])
    tokens = np.zeros((3, 2, SEEN + ACTIONS + 3), np.float32)
    tokens[:2, :, :SEEN] = own[:, None]
    tokens[2] = observation(3, KEEP, blank=True)
    for step in (0, 1):
        tokens[step + 1, :, SEEN + action[step]] = 1.0
        tokens[step + 1, :, -3], tokens[step + 1, :, -2] = reward[step], done[step]
    tokens[0, :, -1] = FORGET
    for token in tokens:
        policy(token)
    expected = logits(policy).clone()
    prompted = distilled(model=model)
    prompted.prompt(own, action, reward, done)
    for _ in range(2):  # every trial begins with it
        torch.testing.assert_close(thought(prompted, (3, FORGET)), expected)
        assert not torch.allclose(thought(prompted, (4, KEEP)), expected)
