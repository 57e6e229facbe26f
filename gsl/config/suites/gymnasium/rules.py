"""Rules for Gymnasium's settings; each broken rule names the field to change."""

from collections.abc import Iterator

from gsl.config.errors import Problem, did_you_mean
from gsl.config.suites.gymnasium.choices import Choice, Choices
from gsl.config.suites.gymnasium.probe import Offer, OfferError, Scalar, offer, unavailable
from gsl.config.suites.gymnasium.settings import GymnasiumParts

TRIED = 32
"""Number of variations that are tried in advance; the others only when first played."""

_OF_MAKE = {
    "id": "use env_id",
    "max_episode_steps": "use time_limit",
    "disable_env_checker": "this suite has its own checks",
    "render_mode": "training does not render",
}


def problems(suite: GymnasiumParts) -> Iterator[Problem]:
    """The environment is made only if it is registered and its variations are valid."""
    unknown = unavailable(suite.env_id)
    if unknown is not None:
        yield ("env_id",), unknown, suite.env_id
        return
    first = [*_reserved(("arguments",), suite.arguments), *_variations(suite)]
    yield from first or _environment(suite)


def _variations(suite: GymnasiumParts) -> Iterator[Problem]:
    if suite.vary == "seed":
        yield from _seeds(suite)
        return
    if not len(suite.training):
        yield ("training",), f"needs at least one variation, because vary is {suite.vary}", suite.training.grid
    for where, reason, value in suite.held_out.shared_with(suite.training.all):
        yield ("held_out", *where), reason, value
    if suite.vary == "arguments":
        for where, choice in _placed(suite):
            yield from _reserved(where, choice)


def _seeds(suite: GymnasiumParts) -> Iterator[Problem]:
    for field, given in (("training", suite.training), ("held_out", suite.held_out)):
        if len(given):
            yield (field,), "must be empty if vary is seed", given.grid
    end, held_out_end = suite.first_seed + suite.num_seeds, suite.held_out_start + suite.held_out_seeds
    if suite.held_out_seeds and suite.first_seed < held_out_end and suite.held_out_start < end:
        yield (
            ("held_out_start",),
            f"must be at least {end}: held-out seeds {suite.held_out_start} to {held_out_end - 1} overlap the training "
            f"seeds {suite.first_seed} to {end - 1}",
            suite.held_out_start,
        )


def _reserved(where: tuple[str | int, ...], arguments: Choice) -> Iterator[Problem]:
    for name in sorted(_OF_MAKE.keys() & arguments.keys()):
        yield (*where, name), f"{name} is not allowed: {_OF_MAKE[name]}", arguments[name]


# The environment


def _environment(suite: GymnasiumParts) -> Iterator[Problem]:
    where, choice = next(_placed(suite)) if suite.vary in ("options", "arguments") else (("env_id",), {})
    try:
        made = suite.offered
    except OfferError as error:
        yield _blamed(suite, error, where), str(error), choice or suite.env_id
        return
    yield from _limit_and_scores(suite, made)
    if suite.vary != "seed":
        yield from list(_attributes(suite, made)) or _all_tried(suite, made)


def _limit_and_scores(suite: GymnasiumParts, made: Offer) -> Iterator[Problem]:
    if suite.time_limit is None and made.time_limit is None:
        yield ("time_limit",), f"required, because {suite.env_id} is registered without a time limit", None
    high = made.threshold if suite.score_high is None else suite.score_high
    if high is None:
        yield ("score_high",), f"required, because {suite.env_id} is registered without a reward threshold", None
    elif suite.score_low is None and high <= 0:
        yield ("score_low",), f"required, and must be below {high:g}, the return that is normalised to 1", None
    elif suite.score_low is not None and suite.score_low >= high:
        yield ("score_low",), f"must be below {high:g}, the return that is normalised to 1", suite.score_low


def _all_tried(suite: GymnasiumParts, first: Offer) -> Iterator[Problem]:
    for where, choice in _tried(suite):
        try:
            made = offer(suite.trial(choice))
        except OfferError as error:
            yield _blamed(suite, error, where), str(error), choice
            continue
        if made.spaces != first.spaces:
            yield (
                where,
                f"must have the same spaces as the first variation: {made.spaces} instead of {first.spaces}",
                choice,
            )


def _attributes(suite: GymnasiumParts, made: Offer) -> Iterator[Problem]:
    if suite.vary != "attributes":
        return
    reported: set[tuple[str | int, ...]] = set()  # a grid's values recur in every combination
    for where, choice in _placed(suite):
        for name, value in choice.items():
            reason = _misfit(name, value, made)
            if reason is not None and (*where, name) not in reported:
                reported.add((*where, name))
                yield (*where, name), f"{suite.env_id} {reason}", value


def _misfit(name: str, value: object, made: Offer) -> str | None:
    if name not in made.attributes:
        return f"has no settable attribute {name!r}{did_you_mean(name, made.attributes)}"
    before = made.attributes[name]
    if _kind(value) != _kind(before):
        return f"has {name} = {before!r}, which cannot be set to {value!r}"
    return None


def _kind(value: object) -> type | None:
    """Integers and floats count as one kind."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float
    return type(value) if isinstance(value, Scalar) else None


def _blamed(suite: GymnasiumParts, error: OfferError, where: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The field to blame: that of the variation, `where`, if what fails is up to it."""
    if error.field == "episode" or (error.field == "arguments" and suite.vary == "arguments"):
        return where
    return (error.field,)


def _tried(suite: GymnasiumParts) -> list[tuple[tuple[str | int, ...], Choice]]:
    """At most TRIED choices, evenly spaced."""
    every = list(_placed(suite))
    return every[:: max(1, -(-len(every) // TRIED))]


def _placed(suite: GymnasiumParts) -> Iterator[tuple[tuple[str | int, ...], Choice]]:
    """Every choice with the field that contains it."""
    sets: tuple[tuple[str, Choices], ...] = (("training", suite.training), ("held_out", suite.held_out))
    for field, given in sets:
        for number, choice in enumerate(given.all):
            yield (field, *given.place(number)), choice
