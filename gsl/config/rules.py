"""Rules between the parts of a run's configuration; each names the field to change and what would be valid."""

from collections.abc import Iterator

from gsl.config.distillation_rules import distillation_rules
from gsl.config.errors import BrokenRule, counted, refuse
from gsl.config.guides.dapg import DAPG
from gsl.config.learner_rules import external_rules, members_fit, scales_are_few
from gsl.config.learners.base import incompatibility
from gsl.config.learners.ppo import PPO
from gsl.config.memory_rules import can_plan, trials_fit, variations_can_be_compared
from gsl.config.networks import NETWORKS
from gsl.config.parts import RunParts
from gsl.config.step_budget import demonstration_floor, evaluation_reserve, rung_floor, specialist_floor


def check(config: RunParts) -> None:
    """Raise one `ValidationError` for all broken rules, each located at its field."""
    refuse("RunConfig", [(field, reason, _value(config, field)) for field, reason in broken_rules(config)])


def broken_rules(config: RunParts) -> Iterator[BrokenRule]:
    yield from external_rules(config)
    yield from () if config.learner.is_external else _learner_fits_suite(config)
    yield from _tasks_are_told_apart(config)
    yield from _halves_are_equal(config)
    yield from _sampling_fits_learner(config)
    yield from members_fit(config)
    yield from scales_are_few(config)
    yield from variations_can_be_compared(config)
    yield from trials_fit(config)
    yield from can_plan(config)
    if config.learner.batch_size > config.budget.total_steps:
        yield ("budget", "total_steps"), f"must be at least one epoch ({config.learner.batch_size} steps)"
    if config.arm != "generalist":
        yield from _deadline_is_set(config)
        yield from _policy_fits_mode(config)
        yield from _specialists_fit(config)
        yield from _budgets_add_up(config)
        yield from _window_fits(config)
        yield from _filter_fits_suite(config)
        yield from _guide_fits_learner(config)
        yield from _demonstrated_values_have_one_scale(config)
        yield from _overrides_exist(config)
        yield from _budget_exceeds_warm_up(config)
        yield from distillation_rules(config)


def _learner_fits_suite(config: RunParts) -> Iterator[BrokenRule]:
    suite, learner = config.suite, config.learner
    if suite.observes not in learner.network.observes:
        fitting = " or ".join(name for name, observes in NETWORKS.items() if suite.observes in observes)
        reason = f"{learner.network.name} does not support the {suite.observes} observations of {suite.name}"
        yield ("learner", "network"), f"{reason}; choose {fitting}"
    if suite.actions not in learner.actions:
        supported = " and ".join(sorted(learner.actions))
        yield (
            ("learner", "name"),
            f"{learner.title} supports {supported} actions only, but {suite.name} has {suite.actions} actions",
        )


def _tasks_are_told_apart(config: RunParts) -> Iterator[BrokenRule]:
    suite, learner = config.suite, config.learner
    if learner.needs_one_hot and suite.one_hot_size < 2:
        hidden = "one_hot" in type(suite).model_fields and len(suite.training_variations()) > 1
        reason = f"{suite.title} must show the task, one of at least two, as a one-hot vector at the observation's end"
        yield ("suite", "one_hot") if hidden else ("learner", "name"), f"{reason}, because {learner.title} embeds it"


def _deadline_is_set(config: RunParts) -> Iterator[BrokenRule]:
    gate = config.gate
    if gate.at_deadline != "keep waiting" and gate.deadline_hours is None:
        reason = f"is {gate.at_deadline}, so gate.deadline_hours must say when; or choose keep waiting"
        yield ("gate", "at_deadline"), reason


def _policy_fits_mode(config: RunParts) -> Iterator[BrokenRule]:
    gate = config.gate
    if gate.policy is not None and gate.mode == "auto":
        yield ("gate", "mode"), f"must be ask: auto approves at once, without the policy {gate.policy}"
    if gate.policy_version is not None and gate.policy is None:
        yield ("gate", "policy_version"), "needs gate.policy, whose version it is"


def _halves_are_equal(config: RunParts) -> Iterator[BrokenRule]:
    if config.learner.overlap and config.learner.num_envs % 2:
        yield ("learner", "num_envs"), "must be even, because learner.overlap steps the environments in two halves"


def _sampling_fits_learner(config: RunParts) -> Iterator[BrokenRule]:
    if config.sampling.name == "prioritized" and not config.learner.estimates_advantages:
        yield (
            ("sampling", "name"),
            f"prioritized sampling needs advantage estimates, which {config.learner.title} does not compute; choose "
            "uniform or round_robin",
        )


def _demonstrated_values_have_one_scale(config: RunParts) -> Iterator[BrokenRule]:
    popart = isinstance(config.learner, PPO) and config.learner.popart
    if popart and isinstance(config.guide, DAPG) and config.guide.value_coefficient:
        yield (
            ("guide", "value_coefficient"),
            "must be 0 with learner.popart, which scales the values of each variation separately",
        )


def _overrides_exist(config: RunParts) -> Iterator[BrokenRule]:
    learner = config.learner
    for part, settings in (("specialists", config.specialists), ("finetune", config.finetune)):
        for name in ("ent_coef", "learning_rate"):
            if getattr(settings, name) is not None and name not in learner.overrides:
                yield (part, name), f"must be empty: {learner.title} has no {name} to override"


def _budget_exceeds_warm_up(config: RunParts) -> Iterator[BrokenRule]:
    """Every job starts with a warm-up of its own; one epoch is checked elsewhere."""
    first = config.learner.steps_before_learning
    if first <= config.learner.batch_size:
        return
    if config.budget.generalist_steps <= first:
        reason = f"must exceed {first}: {config.learner.title} does not learn during the warm-up of {first} steps"
        yield ("budget", "generalist_steps"), reason
    rungs = config.specialists.rungs
    if config.specialists.steps // rungs * 4 // 5 <= first:
        yield (
            ("specialists", "steps"),
            f"must exceed {rungs * (first * 5 // 4 + 1)}: {_per_rung(config)}a job warms up for {first} steps and may "
            "reserve a fifth of its budget for its last evaluation",
        )


def _guide_fits_learner(config: RunParts) -> Iterator[BrokenRule]:
    reason = incompatibility(type(config.learner), type(config.guide))
    if reason is not None:
        yield ("guide", "name"), reason


def _specialists_fit(config: RunParts) -> Iterator[BrokenRule]:
    specialists, available = config.specialists, len(config.suite.training_variations())
    needed = specialists.count * specialists.variations_each
    if needed > available:
        yield (
            ("specialists", "count"),
            f"the suite has {counted(available, 'training variation')}, too few for "
            f"{counted(specialists.count, 'specialist')} with {counted(specialists.variations_each, 'variation')} each",
        )
    if specialists.lowest_steps and specialists.start == "scratch":
        reason = "must be 0 when specialists start from scratch, because they do not copy the generalist then"
        yield ("specialists", "lowest_steps"), reason
    elif 0 < specialists.lowest_steps < (least := rung_floor(config, needed)):
        reason = f"must be 0 or at least {least}: one epoch and one evaluation round of {counted(needed, 'variation')}"
        yield ("specialists", "lowest_steps"), reason


def _budgets_add_up(config: RunParts) -> Iterator[BrokenRule]:
    epoch, budget, specialists, cycles = config.learner.batch_size, config.budget, config.specialists, config.cycles
    if budget.generalist_steps < epoch:
        yield ("budget", "generalist_steps"), f"must be at least one epoch ({epoch} steps)"
    least = specialist_floor(config, specialists.variations_each)
    if specialists.steps < least:
        reason = f"must be at least {least}: {_per_rung(config)}one epoch and one evaluation round"
        yield ("specialists", "steps"), reason
    if cycles.finetune_steps is not None and cycles.finetune_steps < epoch:
        yield ("cycles", "finetune_steps"), f"must be at least one epoch ({epoch} steps)"
    evaluation, floor = evaluation_reserve(config), demonstration_floor(config)
    cycle = specialists.count * specialists.steps + specialists.lowest_steps + floor + epoch + evaluation
    longer = (cycles.count - 1) * max(0, (cycles.finetune_steps or epoch) - epoch)
    needed = budget.generalist_steps + cycles.count * cycle + longer
    if needed > budget.total_steps:
        yield ("budget", "total_steps"), f"must be at least {needed}: {_summands(config, longer)}"


def _summands(config: RunParts, longer: int) -> str:
    """What the smallest possible total consists of, as `1000 for the generalist + ...`."""
    specialists, cycles = config.specialists, config.cycles.count
    each = [f"{specialists.count} x {specialists.steps} for specialists"]
    each += [f"{specialists.lowest_steps} for training on the lowest variations"] if specialists.lowest_steps else []
    each += [
        f"{demonstration_floor(config)} for demonstrations",
        f"{config.learner.batch_size} for one epoch of fine-tuning",
        f"{evaluation_reserve(config)} for the evaluation before the gate",
    ]
    of_cycles = f"{cycles} cycles x ({' + '.join(each)})" if cycles > 1 else " + ".join(each)
    earlier = f" + {longer} for longer fine-tuning before the last cycle" if longer else ""
    return f"{config.budget.generalist_steps} for the generalist + {of_cycles}{earlier}"


def _per_rung(config: RunParts) -> str:
    rungs = config.specialists.rungs
    return f"in each of {rungs} rungs, " if rungs > 1 else ""


def _window_fits(config: RunParts) -> Iterator[BrokenRule]:
    epochs, window = config.budget.generalist_steps // config.learner.batch_size, config.plateau.window
    if window >= epochs:
        yield ("plateau", "window"), f"must be shorter than the generalist's budget ({counted(epochs, 'epoch')})"
    elif config.plateau.min_epochs + window > epochs:
        yield (
            ("plateau", "min_epochs"),
            f"must be at most {epochs - window}, so that a window of {window} epochs still fits into the generalist's "
            f"budget ({epochs} epochs)",
        )
    of_specialist = config.specialists.steps // config.specialists.rungs // config.learner.batch_size
    if config.specialists.stop_at_plateau and window >= of_specialist:
        yield (
            ("specialists", "stop_at_plateau"),
            f"must be off, because plateau.window ({window} epochs) does not fit into a specialist's training "
            f"({counted(of_specialist, 'epoch')}); or increase specialists.steps",
        )
    if config.plateau.margin_mode == "fraction" and config.plateau.margin >= 1:
        reason = "must be below 1 when it is a fraction of the range: no improvement can exceed the range"
        yield ("plateau", "margin"), reason
    if config.plateau.metric == "success" and not config.suite.has_success:
        yield ("plateau", "metric"), f"{config.suite.name} has no success signal; choose return"


def _filter_fits_suite(config: RunParts) -> Iterator[BrokenRule]:
    demonstrations = config.demonstrations
    if config.guide.learns_from != "demonstrations":
        return
    if demonstrations.filter == "success" and not config.suite.has_success:
        yield ("demonstrations", "filter"), f"{config.suite.name} has no success signal; choose return"
    most = max(demonstrations.per_variation, demonstrations.generalist_per_variation)
    if demonstrations.max_tries < most:
        yield ("demonstrations", "max_tries"), f"must be at least {most}, the number of episodes to keep"


def _value(config: RunParts, field: tuple[str, ...]) -> object:
    value: object = config
    for name in field:
        value = getattr(value, name)
    return value
