"""Meta-World (Yu et al. 2019; version 3): a robot arm and fifty tasks on a table."""

from typing import Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings
from gsl.config.suites.metaworld.tasks import BENCHMARKS, EXPERT_REWARD, TASK_NAMES, Benchmark, refuse_unknown

MOST_GOALS = 1000
MOST_REWARD = 10.0
"""Largest reward per step: every task's reward is in [0, 10]."""


class MetaWorldSuite(SuiteSettings):
    """A benchmark of Meta-World; a variation is a task, or one task with one goal position.

    Ids: a task's index among the training tasks (test tasks follow them); with goals, 1000 times that plus the goal's
    number. A task's goals are those of metaworld.MT1(task, seed=goal_seed), in that order, in every benchmark.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.metaworld.env:MetaWorldEnv"
    title: ClassVar[str] = "Meta-World"
    requires: ClassVar[tuple[str, ...]] = ("metaworld", "mujoco")
    extra: ClassVar[str | None] = "worker"
    renders: ClassVar[bool] = True
    video_libraries: ClassVar[dict[str, str]] = {"libEGL.so.1": "libegl1 libgl1-mesa-dri"}

    name: Literal["metaworld"] = "metaworld"
    benchmark: Benchmark = setting(
        "MT10",
        "MT1: one task. MT10 and MT50: ten and fifty tasks. ML10 and ML45: ten and forty-five training tasks, and five "
        "held-out tasks.",
    )
    task: str = setting("reach-v3", "Task of MT1; the other benchmarks have their own tasks.")
    only_tasks: tuple[str, ...] = setting(
        (),
        "Train only on these tasks of the benchmark, for example because the budget is too small for all. The results "
        "are then not comparable with the benchmark's. Empty: all tasks.",
        max_length=len(TASK_NAMES),
        fail_fast=True,
    )
    variations: Literal["tasks", "goals"] = setting(
        "tasks",
        "tasks: each task is a variation, and every episode has a random goal. goals: each goal position of each task "
        "is a variation.",
    )
    goals: int = setting(
        50, "Goal positions per task; the published benchmarks have 50.", unit="goals", ge=1, le=MOST_GOALS // 2
    )
    held_out_goals: int = setting(
        10,
        "Further goal positions per task that only measure generalisation. Only for MT benchmarks with goals as "
        "variations; ML benchmarks hold out their test tasks.",
        unit="goals",
        ge=0,
        le=MOST_GOALS // 2,
    )
    goal_seed: int = setting(0, "Seed of the goal positions, as in the package's benchmarks.", ge=0, lt=2**32)
    goal_observed: Literal["benchmark", "always", "never"] = setting(
        "benchmark", "Whether observations include the goal position. benchmark: in MT, but not in ML."
    )
    one_hot: Literal["benchmark", "always", "never"] = setting(
        "benchmark",
        "Whether observations end with a one-hot vector of the task, if there are several. benchmark: in MT, but not "
        "in ML.",
    )
    reward_scale: Literal["none", "maximum", "expert"] = setting(
        "none",
        "Divisor of rewards, in training and evaluation. none: 1, rewards are 0 to 10 per step. maximum: 10. expert: "
        "the mean reward per step of the package's scripted policy on the task. This makes returns comparable between "
        "tasks: the scripted policy's return is then the time limit on all of them.",
    )
    time_limit: int = setting(
        500,
        "Steps after which an episode is cut off (truncated, so the value of its last state still counts).",
        unit="steps",
        ge=1,
        le=10_000,
    )
    end_at_success: bool = setting(
        False,
        "End an episode at its first success. The published training does not: it rewards staying at the goal. In "
        "either case an episode with a success at any step is successful.",
    )
    processes: int = setting(
        0, "Simulation processes; each runs several environments. 0: one per CPU core.", unit="processes", ge=0, le=256
    )

    @field_validator("task")
    @classmethod
    def _is_a_task(cls, name: str) -> str:
        refuse_unknown(name)
        return name

    @field_validator("only_tasks")
    @classmethod
    def _are_tasks_of_the_benchmark(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if names and info.data.get("benchmark") == "MT1":
            raise ValueError("must be empty for MT1, whose task is chosen by `task`")
        offered = BENCHMARKS.get(info.data.get("benchmark", "MT10"), ((), ()))[0]
        for name in names:
            refuse_unknown(name)
            if name not in offered:
                raise ValueError(
                    f"{name} is not a training task of {info.data['benchmark']}; choose {', '.join(offered)}"
                )
        if len(set(names)) < len(names):
            raise ValueError("must not contain a task twice")
        return names

    @field_validator("one_hot", mode="before")
    @classmethod
    def _was_yes_or_no(cls, value: Any) -> Any:
        """Older runs have true or false."""
        return {True: "always", False: "never"}[value] if isinstance(value, bool) else value

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "continuous"

    @property
    def has_success(self) -> bool:
        return True

    @property
    def max_episode_steps(self) -> int:
        return self.time_limit

    @property
    def score_range(self) -> tuple[float, float]:
        return 0.0, self.time_limit * (MOST_REWARD if self.reward_scale == "none" else 1.0)

    @property
    def training_tasks(self) -> tuple[str, ...]:
        if self.benchmark == "MT1":
            return (self.task,)
        return tuple(task for task in BENCHMARKS[self.benchmark][0] if not self.only_tasks or task in self.only_tasks)

    @property
    def test_tasks(self) -> tuple[str, ...]:
        """Held-out tasks, which are never trained on."""
        return () if self.benchmark == "MT1" else BENCHMARKS[self.benchmark][1]

    @property
    def tasks(self) -> tuple[str, ...]:
        """Training tasks, then test tasks; a task's place here is its place in a one-hot vector."""
        return self.training_tasks + self.test_tasks

    @property
    def hides_goals(self) -> bool:
        """Whether observations have zeros in place of the goal position."""
        return self.goal_observed == "never" or (self.goal_observed == "benchmark" and self.benchmark.startswith("ML"))

    @property
    def hides_tasks(self) -> bool:
        """Whether observations do not include the task."""
        return self.one_hot == "never" or (self.one_hot == "benchmark" and self.benchmark.startswith("ML"))

    @property
    def one_hot_size(self) -> int:
        """Length of the one-hot vector of the task."""
        return 0 if self.hides_tasks or len(self.tasks) == 1 else len(self.tasks)

    @property
    def drawn_goals(self) -> int:
        """Goal positions per task, including held-out ones."""
        return self.goals + (self.held_out_goals if self.variations == "goals" and not self.test_tasks else 0)

    def training_variations(self) -> tuple[int, ...]:
        return self._variations(range(len(self.training_tasks)), range(self.goals))

    def held_out_variations(self) -> tuple[int, ...]:
        if self.test_tasks:
            return self._variations(range(len(self.training_tasks), len(self.tasks)), range(self.goals))
        if self.variations == "goals":
            return self._variations(range(len(self.training_tasks)), range(self.goals, self.drawn_goals))
        return ()

    def _variations(self, places: range, goals: range) -> tuple[int, ...]:
        if self.variations == "tasks":
            return tuple(places)
        return tuple(place * MOST_GOALS + goal for place in places for goal in goals)

    def place(self, variation: int) -> tuple[int, int | None]:
        """The variation's task, as its place among `tasks`, and its goal; None: drawn each episode."""
        return (variation, None) if self.variations == "tasks" else divmod(variation, MOST_GOALS)

    def variation_name(self, variation: int) -> str:
        task, goal = self.place(variation)
        return self.tasks[task] if goal is None else f"{self.tasks[task]} goal {goal}"

    def reward_divisor(self, task: str) -> float:
        """Divisor of a task's rewards."""
        return {"none": 1.0, "maximum": MOST_REWARD, "expert": EXPERT_REWARD[task]}[self.reward_scale]
