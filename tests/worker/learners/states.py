"""States of learners, compared to the last bit."""

from typing import Any

import numpy as np


def leaves(tree: dict[str, Any], path: str = "") -> dict[str, Any]:
    """What a state holds, by path."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found |= leaves(value, f"{path}{key}/") if isinstance(value, dict) else {path + key: value}
    return found


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    one, other = leaves(a), leaves(b)
    return one.keys() == other.keys() and all(
        np.array_equal(np.asarray(one[name]), np.asarray(other[name])) for name in one
    )
