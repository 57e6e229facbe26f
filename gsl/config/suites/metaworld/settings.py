"""Meta-World (Yu et al. 2019; version 3): a robot arm and fifty tasks on a table."""

from typing import Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from gsl.config.base import setting
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings
from gsl.config.suites.metaworld.tasks import BENCHMARKS, EXPERT_REWARD, TASK_NAMES, Benchmark, refuse_unknown

MOST_GOALS = 1000
MOST_REWARD = 10.0
"""What a step pays at most: every task's reward lies in [0, 10]."""


class MetaWorldSuite(SuiteSettings):
    """A benchmark of Meta-World; a variation is a task, or one task with one goal position.

    Ids: a task's index among the training tasks (test tasks follow them); with goals, 1000 times that plus the goal's
    number. A task's goals are those of `metaworld.MT1(task, seed=goal_seed)`, in that order, in every benchmark.
    """

    implementation: ClassVar[str] = "worker.envs.metaworld.env:MetaWorldEnv"
    title: ClassVar[str] = "Meta-World"
    requires: ClassVar[tuple[str, ...]] = ("metaworld", "mujoco")
    extra: ClassVar[str | None] = "worker"

    name: Literal["metaworld"] = "metaworld"
    benchmark: Benchmark = setting(
        "MT10",
        "MT1: one task. MT10, MT50: ten, all fifty tasks. ML10, ML45: ten, forty-five tasks to train on and five "
        "others that are held out.",
    )
    task: str = setting("reach-v3", "The one task of MT1; the other benchmarks choose their own tasks.")
    only_tasks: tuple[str, ...] = setting(
        (),
        "Train on these tasks of the benchmark only, for example on those that the budget suffices for. Empty: on all "
        "of them. Results are then not comparable with the benchmark's.",
        max_length=len(TASK_NAMES),
    )
    variations: Literal["tasks", "goals"] = setting(
        "tasks",
        "tasks: a variation is a task, and every episode draws one of its goals. goals: each goal position of each "
        "task is a variation of its own.",
    )
    goals: int = setting(
        50, "Goal positions of each task: 50 in the published benchmarks.", unit="goals", ge=1, le=MOST_GOALS // 2
    )
    held_out_goals: int = setting(
        10,
        "MT benchmarks whose variations are goals: further goal positions of each task, which only measure "
        "generalisation. ML benchmarks hold out their test tasks instead.",
        unit="goals",
        ge=0,
        le=MOST_GOALS // 2,
    )
    goal_seed: int = setting(0, "Seed of the goal positions, as the package's benchmarks take it.", ge=0, lt=2**32)
    goal_observed: Literal["benchmark", "always", "never"] = setting(
        "benchmark", "Whether the goal position is observed. benchmark: in MT it is, in ML it is hidden."
    )
    one_hot: Literal["benchmark", "always", "never"] = setting(
        "benchmark",
        "Whether the observation ends with a one-hot vector of the task, where there is more than one. benchmark: in "
        "MT it does; ML hides the task.",
    )
    reward_scale: Literal["none", "maximum", "expert"] = setting(
        "none",
        "What rewards are divided by, the same in training and evaluation. none: a step pays 0 to 10. maximum: by 10. "
        "expert: by the mean reward of a step of the package's scripted policy on that task, so that returns of tasks "
        "compare: its return is the time limit on each of them.",
    )
    time_limit: int = setting(
        500, "Steps after which an episode is cut off; its last state is not its end.", unit="steps", ge=1, le=10_000
    )
    end_at_success: bool = setting(
        False,
        "Whether an episode ends with its first success. The published training does not end there: a policy is paid "
        "for staying at the goal. Success counts at any step either way.",
    )
    processes: int = setting(
        0, "Processes that simulate, each several environments; 0: one a CPU core.", unit="processes", ge=0, le=256
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
            raise ValueError("MT1 has one task: name it in `task` and leave this empty")
        offered = BENCHMARKS.get(info.data.get("benchmark", "MT10"), ((), ()))[0]
        for name in names:
            refuse_unknown(name)
            if name not in offered:
                raise ValueError(f"{name} is not a training task of {info.data['benchmark']}: {', '.join(offered)}")
        if len(set(names)) < len(names):
            raise ValueError("names a task twice")
        return names

    @field_validator("one_hot", mode="before")
    @classmethod
    def _was_yes_or_no(cls, value: Any) -> Any:
        """Runs made before there was a choice said true or false."""
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
        """Tasks that are never trained on."""
        return () if self.benchmark == "MT1" else BENCHMARKS[self.benchmark][1]

    @property
    def tasks(self) -> tuple[str, ...]:
        """Training tasks, then test tasks; a task's place here is its place in a one-hot vector."""
        return self.training_tasks + self.test_tasks

    @property
    def hides_goals(self) -> bool:
        """Whether the observation has zeros where the goal position would be."""
        return self.goal_observed == "never" or (self.goal_observed == "benchmark" and self.benchmark.startswith("ML"))

    @property
    def hides_tasks(self) -> bool:
        """Whether the observation does not name the task."""
        return self.one_hot == "never" or (self.one_hot == "benchmark" and self.benchmark.startswith("ML"))

    @property
    def one_hot_size(self) -> int:
        """Components that tell the task."""
        return 0 if self.hides_tasks or len(self.tasks) == 1 else len(self.tasks)

    @property
    def drawn_goals(self) -> int:
        """Goal positions of each task, held-out ones among them."""
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
        """What a task's rewards are divided by."""
        return {"none": 1.0, "maximum": MOST_REWARD, "expert": EXPERT_REWARD[task]}[self.reward_scale]
