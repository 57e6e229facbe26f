"""CaDM: what models learn from, why one context serves many steps, planning, exact keeping, experience of others."""

from typing import Any

import numpy as np
import pytest
import torch

from gsl.config.learners import CaDM as CaDMSettings
from gsl.config.networks import MLP
from gsl.config.suites import CartPoleSuite, PendulumSuite
from gsl.config.suites.physics import PhysicsSuite
from gsl.worker import plugins
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.experience import Demonstrations, Earned, Rollout
from gsl.worker.learners.cadm.learner import CaDM
from gsl.worker.learners.cadm.losses import model_loss, rollout_errors
from gsl.worker.learners.cadm.steps import Steps, of_rollout
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.rollout.evaluate import measure
from tests.worker.learners.states import same

CPU = torch.device("cpu")
PENDULUM, CARTPOLE = PendulumSuite(time_limit=12), CartPoleSuite(time_limit=12)
EITHER = pytest.mark.parametrize("suite", [PENDULUM, CARTPOLE], ids=["pendulum", "cartpole"])
SMALL: dict[str, Any] = {
    "network": MLP(width=16, depth=2, activation="swish"), "encoder": (16,), "device": "cpu", "num_envs": 4,
    "num_steps": 20, "members": 2, "particles": 4, "history": 3, "future": 4, "updates": 3, "minibatch": 32,
    "warm_up": 80, "horizon": 4, "candidates": 12, "elites": 4, "iterations": 2,
}  # fmt: skip


def loop_of(suite: PhysicsSuite, slots: int = 4, seed: int = 0) -> EnvRunner:
    sampler = UniformSampler(suite.training_variations(), np.random.default_rng(seed))
    return EnvRunner(make_env(suite, slots, sampler, seed, Trial()))


def learner(suite: PhysicsSuite, loop: EnvRunner, seed: int = 1, **changes: Any) -> CaDM:
    spaces = plugins.spaces_for(suite, spaces_of(loop.env))
    return CaDM(CaDMSettings(**(SMALL | changes)), spaces, seed, CPU)


def rollout(loop: EnvRunner, cadm: CaDM) -> Rollout:
    return collect(loop, cadm, cadm.settings.num_steps, lambda: None)[0]


@EITHER
def test_stretches_are_what_was_played(suite: PhysicsSuite) -> None:
    """A history ends where its stretch begins, and neither reaches into another episode."""
    loop = loop_of(suite)
    cadm = learner(suite, loop)
    played = rollout(loop, cadm)
    cadm._take(of_rollout(played, cadm._sizes, cadm._age)[0])
    steps, size = cadm._steps, cadm._sizes[0]
    assert torch.equal(steps.columns["state"][:20], played.observation[:, 0, :size])
    at = torch.arange(20)[steps.starts(3)[:20]]
    made = steps.stretches(at, 4, cadm.network)
    mean, deviation = cadm.network.changes.numbers()
    for row, first in enumerate(at.tolist()):
        age = int(steps.columns["age"][first])
        filled = min(age, 3)
        assert not made.history[row, : 3 - filled].any()
        change = made.history[row, 3 - filled :, :size] * deviation + mean
        expected = played.observation[first - filled + 1 : first + 1, 0, :size]
        expected = expected - played.observation[first - filled : first, 0, :size]
        torch.testing.assert_close(change, expected, atol=1e-5, rtol=1e-4)
        ends = played.done[first:, 0].nonzero().flatten().tolist()
        left = min([20 - first, *(end + 1 for end in ends[:1])])
        fell = bool(ends) and not (played.truncated is not None and bool(played.truncated[first + ends[0], 0]))
        assert int(made.counted[row].sum()) == min(4, left - (fell and ends[0] + 1 == left))


@EITHER
def test_the_memory_while_playing_is_the_history_of_the_stored_step(suite: PhysicsSuite) -> None:
    loop = loop_of(suite)
    cadm = learner(suite, loop, warm_up=10**6)
    histories = []
    see = cadm._memory.see

    def noted(observation: torch.Tensor) -> None:
        see(observation)
        histories.append(cadm._memory.history(cadm.network))

    cadm._memory.see = noted  # type: ignore[method-assign]  # to look at it after every step
    played = rollout(loop, cadm)
    new, _ = of_rollout(played, cadm._sizes, torch.zeros(4, dtype=torch.int64))
    steps = Steps(cadm._sizes, 1, 80, CPU)
    steps.add(new, torch.Generator())
    first = steps.starts(3).nonzero().squeeze(1)
    stored = steps.stretches(first, 1, cadm.network).history
    seen = torch.stack(histories, 1).flatten(0, 1)[first]  # slot after slot
    torch.testing.assert_close(stored, seen, atol=1e-5, rtol=1e-4)


def test_with_one_step_the_context_leaks_the_state_and_many_steps_explode() -> None:
    """The reason for the loss over M steps (probe of the method): one step after training, twenty apart."""
    suite = PendulumSuite()
    errors = {}
    for future in (1, 10):
        loop = loop_of(suite, slots=10)
        cadm = learner(
            suite, loop, num_envs=10, num_steps=200, members=1, particles=1, probabilistic=False, history=10,
            future=future, network=MLP(width=64, depth=2, activation="swish"), encoder=(64,), warm_up=10**6,
            updates=150, minibatch=320,
        )  # fmt: skip
        for _ in range(2):
            cadm.update(rollout(loop, cadm))
        unseen, _ = of_rollout(rollout(loop, cadm), cadm._sizes, cadm._age)
        steps = Steps(cadm._sizes, 1, 2000, CPU)
        steps.add(unseen, torch.Generator())
        first = steps.starts(10).nonzero().squeeze(1)[::7]
        errors[future] = rollout_errors(cadm.network, steps.stretches(first, 20, cadm.network))
    assert errors[1][-1] > 4 * errors[10][-1]
    assert errors[10][-1] < 1.0


def test_members_learn_from_samples_of_their_own_as_one_product() -> None:
    """The sum of the members' losses is what each would have alone."""
    loop = loop_of(PENDULUM)
    cadm = learner(PENDULUM, loop)
    cadm._take(of_rollout(rollout(loop, cadm), cadm._sizes, cadm._age)[0])
    drawn = cadm._steps.columns["drawn"]
    assert not torch.equal(drawn[:, 0], drawn[:, 1])
    assert drawn.float().mean() == pytest.approx(1.0, abs=0.2)
    first = cadm._steps.draw(cadm._steps.starts(3), 50, torch.Generator().manual_seed(0))
    assert all(drawn[rows, member].all() for member, rows in enumerate(first))
    given = cadm._steps.stretches(first, 4, cadm.network)
    total, _ = model_loss(cadm.network, given, 0.5)
    torch.autograd.backward(total)
    whole = cadm.network.forwards.weights[0].grad
    assert whole is not None
    mixed = cadm._steps.stretches(torch.stack([first[0], first[0]]), 4, cadm.network)
    expected = whole[0].clone()
    cadm.network.zero_grad()
    torch.autograd.backward(model_loss(cadm.network, mixed, 0.5)[0])
    again = cadm.network.forwards.weights[0].grad
    assert again is not None
    torch.testing.assert_close(again[0], expected, atol=1e-6, rtol=1e-4)


@EITHER
def test_a_learner_that_goes_on_within_an_episode_is_the_same(suite: PhysicsSuite) -> None:
    loop = loop_of(suite)
    cadm = learner(suite, loop)
    for _ in range(2):
        cadm.update(rollout(loop, cadm))
    state, env, sampler = cadm.state(), loop.state(), loop.env._repeats.state()  # type: ignore[attr-defined]  # trials
    assert state["age"].any(), "an episode is running"
    other = learner(suite, loop, seed=2)
    other.restore(state)
    assert same(other.state(), state)
    cadm.update(rollout(loop, cadm))
    loop.restore(env)
    loop.env._repeats.restore(sampler)  # type: ignore[attr-defined]  # see above
    other.update(rollout(loop, other))
    assert same(other.state(), cadm.state())


def test_a_clone_has_the_models_and_their_scale_but_no_steps() -> None:
    loop = loop_of(PENDULUM)
    cadm = learner(PENDULUM, loop)
    cadm.update(rollout(loop, cadm))
    clone = learner(PENDULUM, loop, seed=2)
    clone.clone({name: value for name, value in cadm.state().items() if name != "experience"})
    assert same(clone.state()["network"], cadm.state()["network"])
    assert len(clone._steps) == 0
    assert not clone._from_nothing, "it plans at once"
    clone.take_over(cadm.handed_on())
    assert torch.equal(clone._steps.columns["change"], cadm._steps.columns["change"])
    with pytest.raises(RuntimeError):
        learner(PENDULUM, loop, context=4).clone(cadm.state())


def test_demonstrated_episodes_are_learned_from_too() -> None:
    loop = loop_of(PENDULUM)
    cadm = learner(PENDULUM, loop)
    size = loop.env.observation_shape[0]
    observation = torch.randn(7, size)
    earned = Earned(torch.zeros(7), torch.tensor([0, 0, 1, 0, 0, 0, 0]).bool(), torch.ones(1, size))
    cadm.show(
        Demonstrations(
            observation, torch.full((7, 1), 1.5), torch.zeros(7, dtype=torch.int64),
            torch.tensor([0, 0, 0, 1, 1, 1, 1]), torch.ones(7, dtype=torch.float64), earned,
        )
    )  # fmt: skip
    assert cadm._shown is not None
    shown = cadm._shown.columns
    assert shown["known"].tolist() == [True] * 6 + [False], "what followed the last step was not recorded"
    assert torch.equal(shown["change"][2], 1 - observation[2, :3])
    assert shown["age"].tolist() == [0, 1, 2, 0, 1, 2, 3]
    assert (shown["action"] == 1).all()
    assert cadm.update(rollout(loop, cadm))["replayed_steps"] == 80
    both = cadm._steps.joined(cadm._shown)
    assert len(both) == 87
    assert both.columns["run"][80] > both.columns["run"][79]


@EITHER
def test_a_policy_forgets_where_an_episode_begins(suite: PhysicsSuite) -> None:
    loop = loop_of(suite)
    cadm = learner(suite, loop)
    cadm.update(rollout(loop, cadm))
    policy: Any = cadm.policy(deterministic=True, seed=3)
    steps = 0
    while steps < 3 or not loop.observation[:, -1].all():
        policy(loop.observation)
        result = loop.step(policy(loop.observation))
        begins = torch.as_tensor(result.step.done)
        policy(result.step.observation)
        assert not policy._memory.history(cadm.network)[begins].any()
        steps += 1
        if steps == 15:
            break
    assert policy.thought.mode().shape[0] == 4


def test_planning_with_the_true_dynamics_swings_up() -> None:
    """A model that is exact: the planner alone, on the pendulum that is easiest to lift."""
    suite = PendulumSuite()
    loop = loop_of(suite)
    cadm = learner(suite, loop, members=1, particles=1, probabilistic=False, candidates=60, elites=8, horizon=20)
    cadm.network.predict = _pendulum(cadm)  # type: ignore[method-assign]  # instead of a trained model
    cadm._from_nothing = False
    found = measure(suite, cadm.policy(deterministic=True, seed=0), [12], 3, 3, 5, lambda: None, trial=Trial())
    assert (found.returns[0].mean_return or -9999) > -600


def _pendulum(cadm: CaDM) -> Any:
    """Changes of Gymnasium's pendulum, standardised."""

    def predict(state: torch.Tensor, action: torch.Tensor, context: torch.Tensor) -> tuple[torch.Tensor, None]:
        (mean, deviation), (change_mean, change_deviation) = (
            cadm.network.states.numbers(), cadm.network.changes.numbers(),
        )  # fmt: skip
        now = state * deviation + mean
        angle, velocity = torch.atan2(now[..., 1], now[..., 0]), now[..., 2]
        faster = (velocity + (15 * angle.sin() + 6 * action[..., 0].clamp(-1, 1)) * 0.05).clamp(-8, 8)
        after = angle + faster * 0.05
        following = torch.stack([after.cos(), after.sin(), faster], -1)
        return (following - now - change_mean) / change_deviation, None

    return predict


def test_a_suite_without_a_reward_function_cannot_be_planned_on() -> None:
    loop = loop_of(PENDULUM)
    cadm = CaDM(CaDMSettings(**SMALL), spaces_of(loop.env), 1, CPU)
    with pytest.raises(ValueError, match="reward function"):
        cadm.policy(deterministic=True, seed=0)
