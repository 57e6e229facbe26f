"""Rules between the parts of a run's configuration; each names the field to change and what would be right."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from gsl.config.guides.dapg import DAPG
from gsl.config.learners.ppo import PPO
from gsl.config.networks import NETWORKS
from gsl.config.step_budget import evaluation_share, rung_floor, specialist_floor

if TYPE_CHECKING:
    from gsl.config.guides import GuideSettings
    from gsl.config.learners import LearnerSettings
    from gsl.config.run import RunConfig

Problem = tuple[tuple[str, ...], str]

MOST_SCALES = 1024
"""Value heads of one network, and scales of returns that are learned side by side."""


def check(config: "RunConfig") -> None:
    """Raise one `ValidationError` with every broken rule, each located at its field."""
    errors = [
        InitErrorDetails(
            type=PydanticCustomError("rule", "{reason}", {"reason": reason}), loc=field, input=_value(config, field)
        )
        for field, reason in broken_rules(config)
    ]
    if errors:
        raise ValidationError.from_exception_data("RunConfig", errors)


def broken_rules(config: "RunConfig") -> Iterator[Problem]:
    yield from _learner_fits_suite(config)
    yield from _halves_are_equal(config)
    yield from _sampling_fits_learner(config)
    yield from _scales_are_few(config)
    if config.learner.batch_size > config.budget.total_steps:
        yield ("budget", "total_steps"), f"must be at least one epoch ({config.learner.batch_size} steps)"
    if config.arm != "generalist":
        yield from _specialists_fit(config)
        yield from _budgets_add_up(config)
        yield from _window_fits(config)
        yield from _filter_fits_suite(config)
        yield from _guide_fits_learner(config)
        yield from _demonstrated_values_have_a_scale(config)
        yield from _overrides_mean_something(config)
        yield from _learner_comes_to_learn(config)


def demonstration_floor(config: "RunConfig") -> int:
    """Steps kept back for demonstrations: one longest episode of each variation that is demonstrated, if any is."""
    if config.guide.wants != "demonstrations":
        return 0
    lowest = config.specialists.count * config.specialists.variations_each
    rest = len(config.suite.training_variations()) - lowest
    demonstrated = lowest + (rest if config.demonstrations.generalist_per_variation else 0)
    return demonstrated * config.suite.max_episode_steps


def _learner_fits_suite(config: "RunConfig") -> Iterator[Problem]:
    suite, learner = config.suite, config.learner
    if suite.observes not in learner.network.observes:
        fitting = " or ".join(name for name, observes in NETWORKS.items() if suite.observes in observes)
        yield ("learner", "network"), f"{suite.name} observes {suite.observes}s: choose {fitting}"
    if suite.actions not in learner.actions:
        yield (
            ("learner", "name"),
            f"{learner.name} is for {' or '.join(sorted(learner.actions))} actions, but {suite.name} has "
            f"{suite.actions} ones",
        )


def _halves_are_equal(config: "RunConfig") -> Iterator[Problem]:
    if config.learner.overlap and config.learner.num_envs % 2:
        yield ("learner", "num_envs"), f"must be even for learner.overlap, not {config.learner.num_envs}"


def _sampling_fits_learner(config: "RunConfig") -> Iterator[Problem]:
    if config.sampling.name == "prioritized" and not config.learner.estimates_advantages:
        yield (
            ("sampling", "name"),
            f"{config.learner.title} estimates no advantages, by which variations are prioritized: choose uniform",
        )


def _scales_are_few(config: "RunConfig") -> Iterator[Problem]:
    variations = len(config.suite.training_variations())
    if isinstance(config.learner, PPO) and config.learner.popart and variations > MOST_SCALES:
        yield (
            ("learner", "popart"),
            f"must be false for {variations} training variations: at most {MOST_SCALES} have a value head of their own",
        )


def _demonstrated_values_have_a_scale(config: "RunConfig") -> Iterator[Problem]:
    popart = isinstance(config.learner, PPO) and config.learner.popart
    if popart and isinstance(config.guide, DAPG) and config.guide.value_coefficient:
        yield (
            ("guide", "value_coefficient"),
            "must be 0 with learner.popart, which gives the values of each variation a scale of their own",
        )


def _overrides_mean_something(config: "RunConfig") -> Iterator[Problem]:
    learner = config.learner
    for part, settings in (("specialists", config.specialists), ("finetune", config.finetune)):
        for name in ("ent_coef", "learning_rate"):
            if getattr(settings, name) is not None and name not in learner.overrides:
                yield (part, name), f"{learner.title} has no {name} that could be set anew: leave it empty"


def _learner_comes_to_learn(config: "RunConfig") -> Iterator[Problem]:
    """Beyond the one epoch that every job needs: a warm-up, of every job anew."""
    first = config.learner.steps_before_learning
    if first <= config.learner.batch_size:
        return
    if config.budget.generalist_steps <= first:
        yield ("budget", "generalist_steps"), f"must exceed {first}: {config.learner.title} learns nothing before"
    rungs = config.specialists.rungs
    if config.specialists.steps // rungs * 4 // 5 <= first:
        yield (
            ("specialists", "steps"),
            f"must exceed {rungs * (first * 5 // 4 + 1)}: {_rungs(config)}each job warms up for {first}, and a fifth "
            "may go into its last evaluation",
        )


def _guide_fits_learner(config: "RunConfig") -> Iterator[Problem]:
    reason = refusal(type(config.learner), type(config.guide))
    if reason is not None:
        yield ("guide", "name"), reason


def refusal(learner: type["LearnerSettings"], guide: type["GuideSettings"]) -> str | None:
    """Why this learner cannot be guided so; None: it can. The table of learners and guides is made of this."""
    unheard = sorted(guide.hooks - learner.hooks)
    if not unheard:
        return None
    return f"{learner.title} does not honour the {' and '.join(unheard)} hook, by which {guide.title} works"


def _specialists_fit(config: "RunConfig") -> Iterator[Problem]:
    specialists, available = config.specialists, len(config.suite.training_variations())
    wanted = specialists.count * specialists.variations_each
    if wanted > available:
        yield (
            ("specialists", "count"),
            f"{specialists.count} specialists x {specialists.variations_each} variations each = {wanted}, "
            f"but the suite has {available} training variations",
        )
    if specialists.lowest_steps and specialists.start == "scratch":
        yield ("specialists", "lowest_steps"), "must be 0 where specialists start from scratch: nothing is cloned"
    elif 0 < specialists.lowest_steps < (least := rung_floor(config, wanted)):
        message = f"must be 0 or at least {least}: one epoch and a round of evaluation of {wanted} variations"
        yield ("specialists", "lowest_steps"), message


def _budgets_add_up(config: "RunConfig") -> Iterator[Problem]:
    epoch, budget, specialists, cycles = config.learner.batch_size, config.budget, config.specialists, config.cycles
    if budget.generalist_steps < epoch:
        yield ("budget", "generalist_steps"), f"must be at least one epoch ({epoch} steps)"
    least = specialist_floor(config, specialists.variations_each)
    if specialists.steps < least:
        yield ("specialists", "steps"), f"must be at least {least}: {_rungs(config)}one epoch and a round of evaluation"
    if cycles.finetune_steps is not None and cycles.finetune_steps < epoch:
        yield ("cycles", "finetune_steps"), f"must be at least one epoch ({epoch} steps)"
    evaluation, floor = evaluation_share(config), demonstration_floor(config)
    cycle = specialists.count * specialists.steps + specialists.lowest_steps + floor + epoch + evaluation
    longer = (cycles.count - 1) * max(0, (cycles.finetune_steps or epoch) - epoch)
    needed = budget.generalist_steps + cycles.count * cycle + longer
    if needed > budget.total_steps:
        often = f"{cycles.count} cycles of " if cycles.count > 1 else ""
        lowest = f" + the generalist on the lowest {specialists.lowest_steps}" if specialists.lowest_steps else ""
        lowest += f" + fine-tuning before the last {longer}" if longer else ""
        yield (
            ("budget", "total_steps"),
            f"must be at least {needed}: generalist {budget.generalist_steps} + {often}specialists "
            f"{specialists.count} x {specialists.steps}{lowest} + an episode of each demonstrated variation {floor} + "
            f"one epoch of fine-tuning {epoch} + the evaluation before the gate {evaluation}",
        )


def _rungs(config: "RunConfig") -> str:
    rungs = config.specialists.rungs
    return f"in each of {rungs} rungs, " if rungs > 1 else ""


def _window_fits(config: "RunConfig") -> Iterator[Problem]:
    epochs = config.budget.generalist_steps // config.learner.batch_size
    if config.plateau.window >= epochs:
        yield ("plateau", "window"), f"must be shorter than the generalist's share of the budget ({epochs} epochs)"
    elif config.plateau.min_epochs + config.plateau.window > epochs:
        most = epochs - config.plateau.window
        yield (
            ("plateau", "min_epochs"),
            f"must be at most {most}, so that a window of {config.plateau.window} epochs fits behind it into the "
            f"generalist's share of the budget ({epochs} epochs)",
        )
    of_specialist = config.specialists.steps // config.specialists.rungs // config.learner.batch_size
    if config.specialists.stop_at_plateau and config.plateau.window >= of_specialist:
        yield (
            ("specialists", "stop_at_plateau"),
            f"must be false: a window of {config.plateau.window} epochs does not fit into a specialist's "
            f"{of_specialist}; or give it more steps",
        )
    if config.plateau.margin_mode == "fraction" and config.plateau.margin >= 1:
        yield ("plateau", "margin"), "must be below 1 as a share of the range: no improvement could exceed the range"
    if config.plateau.metric == "success" and not config.suite.has_success:
        yield ("plateau", "metric"), f"{config.suite.name} has no success signal: choose return"


def _filter_fits_suite(config: "RunConfig") -> Iterator[Problem]:
    demonstrations = config.demonstrations
    if config.guide.wants != "demonstrations":
        return
    if demonstrations.filter == "success" and not config.suite.has_success:
        yield ("demonstrations", "filter"), f"{config.suite.name} has no success signal: choose return"
    most = max(demonstrations.per_variation, demonstrations.generalist_per_variation)
    if demonstrations.max_tries < most:
        yield ("demonstrations", "max_tries"), f"must be at least the {most} episodes to keep"


def _value(config: "RunConfig", field: tuple[str, ...]) -> object:
    value: object = config
    for name in field:
        value = getattr(value, name)
    return value
