"""Rules between the parts of a run's configuration; each names the field to change and what would be right."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

if TYPE_CHECKING:
    from gsl.config.run import RunConfig

Problem = tuple[tuple[str, ...], str]


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
    if config.learner.batch_size > config.budget.total_steps:
        yield ("budget", "total_steps"), f"must be at least one epoch ({config.learner.batch_size} steps)"
    if config.arm == "gsl":
        yield from _specialists_fit(config)
        yield from _budgets_add_up(config)
        yield from _window_fits(config)
        yield from _filter_fits_suite(config)


def evaluation_reserve(config: "RunConfig") -> int:
    """Steps kept back for the last evaluation: its longest possible length, at most a twentieth of the budget."""
    held_out = min(config.evaluation.held_out_sample, len(config.suite.held_out_variations()))
    episodes = config.evaluation.episodes * (len(config.suite.training_variations()) + held_out)
    return min(episodes * config.suite.max_episode_steps, config.budget.total_steps // 20)


def _learner_fits_suite(config: "RunConfig") -> Iterator[Problem]:
    pictures = config.suite.name == "procgen"
    network = config.learner.network.name
    if pictures and network == "mlp":
        yield ("learner", "network"), "procgen observes pictures: choose small_cnn or impala"
    if not pictures and network != "mlp":
        yield ("learner", "network"), f"{config.suite.name} observes vectors: choose mlp"


def _specialists_fit(config: "RunConfig") -> Iterator[Problem]:
    specialists, available = config.specialists, len(config.suite.training_variations())
    wanted = specialists.count * specialists.variations_each
    if wanted > available:
        yield (
            ("specialists", "count"),
            f"{specialists.count} specialists x {specialists.variations_each} variations each = {wanted}, "
            f"but the suite has {available} training variations",
        )


def _budgets_add_up(config: "RunConfig") -> Iterator[Problem]:
    epoch, budget, specialists = config.learner.batch_size, config.budget, config.specialists
    if budget.generalist_steps < epoch:
        yield ("budget", "generalist_steps"), f"must be at least one epoch ({epoch} steps)"
    if specialists.steps < epoch:
        yield ("specialists", "steps"), f"must be at least one epoch ({epoch} steps)"
    needed = budget.generalist_steps + specialists.count * specialists.steps + epoch + evaluation_reserve(config)
    if needed > budget.total_steps:
        yield (
            ("budget", "total_steps"),
            f"must be at least {needed}: generalist {budget.generalist_steps} + specialists {specialists.count} x "
            f"{specialists.steps} + one epoch of fine-tuning {epoch} + last evaluation {evaluation_reserve(config)}",
        )


def _window_fits(config: "RunConfig") -> Iterator[Problem]:
    epochs = config.budget.generalist_steps // config.learner.batch_size
    if config.plateau.window >= epochs:
        yield ("plateau", "window"), f"must be shorter than the generalist's share of the budget ({epochs} epochs)"
    if config.plateau.metric == "success" and not config.suite.has_success:
        yield ("plateau", "metric"), f"{config.suite.name} has no success signal: choose return"


def _filter_fits_suite(config: "RunConfig") -> Iterator[Problem]:
    demonstrations = config.demonstrations
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
