"""Every task gives, bit by bit, the observations, rewards and successes of the package's own environment."""

from typing import Any, cast

import metaworld
import mujoco
import numpy as np
import pytest
from metaworld.env_dict import ALL_V3_ENVIRONMENTS
from metaworld.policies import ENV_POLICY_MAP
from numpy.typing import NDArray

from gsl.config.suites.metaworld.tasks import BENCHMARKS, EXPERT_REWARD, TASK_NAMES
from gsl.worker.envs.metaworld.memory import OBSERVED, SAVED
from gsl.worker.envs.metaworld.simulator import TaskSimulator

pytestmark = pytest.mark.filterwarnings("ignore:Constant.s. may be too high")  # from the scripted policies
FEW = (*BENCHMARKS["MT10"][0], "bin-picking-v3", "basketball-v3", "door-unlock-v3", "hammer-v3", "coffee-push-v3")


def package_env(task: str, goal: NDArray[np.float64], goal_observed: bool = True) -> Any:
    env: Any = ALL_V3_ENVIRONMENTS[task]()
    env._set_task_called, env._freeze_rand_vec, env._last_rand_vec = True, True, goal
    env._partially_observable = not goal_observed
    del env.sawyer_observation_space
    return env


def noisy_expert(task: str, seed: int) -> Any:
    """The package's scripted policy with noise: it grasps, pushes and succeeds, and drops things at times."""
    rng, scripted = np.random.default_rng(seed), cast(Any, ENV_POLICY_MAP[task])
    policy = scripted()

    def act(observation: NDArray[np.float64]) -> NDArray[np.float32]:
        wished = np.clip(policy.get_action(observation), -1, 1)
        noisy: NDArray[np.float32] = np.clip(wished + rng.normal(0, 0.2, 4), -1, 1).astype(np.float32)
        return noisy

    return act


def compare(task: str, steps: int, goals: int = 1, goal_observed: bool = True) -> int:
    """Steps both side by side; how many of the steps were successful."""
    simulator = TaskSimulator(task, goals, 0, goal_observed)
    observation, successes = np.empty(OBSERVED), 0
    for goal in range(goals):
        env = package_env(task, simulator.goals[goal], goal_observed)
        expected = env.reset()[0]
        assert np.array_equal(simulator.begin(goal), expected)
        act = noisy_expert(task, goal)
        for step in range(steps):
            action = act(expected)
            expected, reward, _, _, info = env.step(action)
            assert simulator.step(action, observation) == (float(reward), bool(info["success"])), (task, step)
            assert np.array_equal(observation, expected), (task, step)
            successes += bool(info["success"])
        env.close()
    return successes


@pytest.mark.parametrize("task", FEW)
def test_a_task_has_the_bits_of_the_package(task: str) -> None:
    compare(task, 200)


@pytest.mark.slow
@pytest.mark.parametrize("task", TASK_NAMES)
def test_whole_episodes_of_every_task_have_the_bits_of_the_package(task: str) -> None:
    compare(task, 500, goals=2)


def test_a_hidden_goal_has_the_bits_of_the_package_too() -> None:
    compare("push-v3", 100, goal_observed=False)


def test_what_the_fingers_hold_counts_as_in_the_package() -> None:
    assert compare("stick-push-v3", 180) > 10  # success asks for a grasp


@pytest.mark.parametrize("task", ["push-back-v3", "door-lock-v3"])
def test_goals_are_those_of_the_packages_benchmark(task: str) -> None:
    benchmark = cast(Any, metaworld.MT1)(task, seed=7)
    env: Any = ALL_V3_ENVIRONMENTS[task]()
    goals = []
    for drawn in benchmark.train_tasks:
        env.set_task(drawn)
        goals.append(env._last_rand_vec)
    env.close()
    assert np.array_equal(TaskSimulator(task, 60, 7, True).goals[:50], goals)


@pytest.mark.parametrize("task", ["pick-place-v3", "bin-picking-v3", "basketball-v3", "door-unlock-v3"])
def test_an_episode_that_was_taken_out_goes_on_with_the_same_bits(task: str) -> None:
    rng = np.random.default_rng(0)
    actions = rng.uniform(-1, 1, (2, 60, 4)).astype(np.float32)

    def played(simulator: TaskSimulator, goal: int) -> list[Any]:
        observation = np.empty(OBSERVED)
        simulator.begin(goal)
        return [(simulator.step(action, observation), observation.tolist()) for action in actions[goal]]

    alone = [played(TaskSimulator(task, 2, 0, True), goal) for goal in range(2)]
    simulators = [TaskSimulator(task, 2, 0, True) for _ in range(2)]
    saved, observation = np.zeros((2, SAVED)), np.empty(OBSERVED)
    for goal in range(2):
        simulators[0].begin(goal)
        simulators[0].save(saved[goal])
    for step in range(60):
        for goal in range(2):
            simulator = simulators[step % 2]  # from one simulator to the other and back
            simulator.load(goal, saved[goal])
            result = simulator.step(actions[goal, step], observation)
            simulator.save(saved[goal])
            assert (result, observation.tolist()) == alone[goal][step]


@pytest.mark.parametrize("task", ["door-open-v3", "hammer-v3", "reach-v3"])
def test_leaving_out_what_is_only_seen_changes_no_mass_and_saves_memory(task: str) -> None:
    light = TaskSimulator(task, 1, 0, True)._model
    package: Any = ALL_V3_ENVIRONMENTS[task]
    whole = mujoco.MjModel.from_xml_path(package.model_name.fget(None))
    for field in ("body_mass", "body_inertia", "body_ipos", "body_iquat", "dof_invweight0", "jnt_range"):
        assert np.array_equal(getattr(light, field), getattr(whole, field)), field
    assert light.nbuffer < whole.nbuffer / 5


def test_the_names_known_without_the_package_are_its_own() -> None:
    package = metaworld.env_dict
    assert tuple(package.ALL_V3_ENVIRONMENTS) == TASK_NAMES == BENCHMARKS["MT50"][0]
    assert BENCHMARKS["MT10"] == (tuple(package.MT10_V3), ())
    assert set(EXPERT_REWARD) == set(TASK_NAMES)
    for ours, theirs in ((BENCHMARKS["ML10"], package.ML10_V3), (BENCHMARKS["ML45"], package.ML45_V3)):
        assert (set(ours[0]), set(ours[1])) == (set(theirs["train"]), set(theirs["test"]))
