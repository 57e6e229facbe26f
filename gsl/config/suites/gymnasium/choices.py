"""Sets of options, arguments or attributes; each set is one variation."""

import json
from collections.abc import Mapping
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
    """A grid and a list. The order is: the grid's combinations, with the last name varying fastest, then the list."""

    grid: dict[str, tuple[JsonValue, ...]] = setting({}, "Values by name; each combination of values is a variation.")
    listed: tuple[Choice, ...] = setting(
        (), "Further variations, each with one value by name.", max_length=MOST, fail_fast=True
    )

    @model_validator(mode="after")
    def _are_distinct(self) -> Self:
        problems: list[Problem] = [
            (("grid", name), "needs at least one value", values) for name, values in self.grid.items() if not values
        ]
        if len(self) > MOST:
            problems.append((("grid",), f"has {len(self)} variations, but at most {MOST} are allowed", self.grid))
        else:
            problems += self.shared_with(())
        refuse(type(self).__name__, problems)
        return self

    def __len__(self) -> int:
        return self._in_grid() + len(self.listed)

    @cached_property
    def all(self) -> tuple[Choice, ...]:
        """Every choice, by its variation's number."""
        combined = product(*self.grid.values()) if self.grid else ()
        return (*(dict(zip(self.grid, values, strict=True)) for values in combined), *self.listed)

    def place(self, number: int) -> tuple[str | int, ...]:
        """The field that contains a choice."""
        return ("listed", number - self._in_grid()) if number >= self._in_grid() else ("grid",)

    def shared_with(self, others: tuple[Choice, ...]) -> list[Problem]:
        """Duplicate choices, within this set or with `others`."""
        seen = {_key(choice) for choice in others}
        found: list[Problem] = []
        for number, choice in enumerate(self.all):
            key = _key(choice)
            if key in seen:
                found.append((self.place(number), f"duplicates the variation {described(choice)}", choice))
            seen.add(key)
        return found

    def _in_grid(self) -> int:
        return prod(len(values) for values in self.grid.values()) if self.grid else 0


def described(choice: Mapping[str, JsonValue]) -> str:
    """A readable name."""
    return ", ".join(f"{name}={value}" for name, value in choice.items()) or "as registered"


def _key(choice: Choice) -> str:
    """A key that is equal for equal choices, whether a number is written as 1 or as 1.0."""
    plain = {name: float(value) if type(value) is int else value for name, value in choice.items()}
    return json.dumps(plain, sort_keys=True)
