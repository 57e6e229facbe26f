"""Sets of options, arguments or attributes, each of which makes a variation."""

import json
from functools import cached_property
from itertools import product
from math import prod
from typing import Self

from pydantic import JsonValue, model_validator

from gsl.config.base import Settings, setting
from gsl.config.errors import Problem, refuse

MOST = 10_000

Choice = dict[str, JsonValue]


class Choices(Settings):
    """A grid and a list; in order: the grid's combinations, the last name's values changing fastest, then the list."""

    grid: dict[str, tuple[JsonValue, ...]] = setting({}, "Values by name; each combination is a variation.")
    listed: tuple[Choice, ...] = setting((), "Further variations, values by name each.", max_length=MOST)

    @model_validator(mode="after")
    def _are_distinct(self) -> Self:
        problems: list[Problem] = [
            (("grid", name), "needs at least one value", values) for name, values in self.grid.items() if not values
        ]
        if len(self) > MOST:
            problems.append((("grid",), f"{len(self)} variations are more than {MOST}", self.grid))
        else:
            problems += self.shared_with(())
        refuse(type(self).__name__, problems)
        return self

    def __len__(self) -> int:
        return self._in_grid() + len(self.listed)

    @cached_property
    def all(self) -> tuple[Choice, ...]:
        """Every choice, at its variation's number."""
        combined = product(*self.grid.values()) if self.grid else ()
        return (*(dict(zip(self.grid, values, strict=True)) for values in combined), *self.listed)

    def place(self, number: int) -> tuple[str | int, ...]:
        """The field that a choice is from."""
        return ("listed", number - self._in_grid()) if number >= self._in_grid() else ("grid",)

    def shared_with(self, others: tuple[Choice, ...]) -> list[Problem]:
        """Choices that are there twice, or among `others` as well."""
        seen = {_word(choice) for choice in others}
        found: list[Problem] = []
        for number, choice in enumerate(self.all):
            word = _word(choice)
            if word in seen:
                found.append((self.place(number), f"the variation {described(choice)} is there already", choice))
            seen.add(word)
        return found

    def _in_grid(self) -> int:
        return prod(len(values) for values in self.grid.values()) if self.grid else 0


def described(choice: Choice) -> str:
    """For people."""
    return ", ".join(f"{name}={value}" for name, value in choice.items()) or "as registered"


def _word(choice: Choice) -> str:
    """Equal for equal choices, whether a number is written as 1 or as 1.0."""
    plain = {name: float(value) if type(value) is int else value for name, value in choice.items()}
    return json.dumps(plain, sort_keys=True)
