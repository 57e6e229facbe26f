"""Running a task's own code with replaced globals and another base class.

Meta-World's tasks are classes with rewards, observations and resets in Python. Their code is used unchanged here, but
on another base class and with other modules as `np`, `reward_utils` and `Rotation`. The package itself is not modified.
"""

from collections.abc import Callable, Mapping
from types import CellType, FunctionType
from typing import Any


def rebound(task: type, base: type, names: Mapping[str, Any]) -> type[Any]:
    """A class with all members of `task`, the base class `base`, and `names` as globals of its functions."""
    itself = CellType()  # used by `super()` in the functions
    members = {name: _member(member, names, itself) for name, member in vars(task).items() if name not in _SLOTS}
    made = type(task.__name__, (base,), members)
    itself.cell_contents = made
    return made


_SLOTS = {"__dict__", "__weakref__"}


def _member(member: Any, names: Mapping[str, Any], itself: CellType) -> Any:
    if isinstance(member, property):
        return property(_function(member.fget, names, itself) if isinstance(member.fget, FunctionType) else member.fget)
    if isinstance(member, staticmethod):
        return staticmethod(_member(member.__func__, names, itself))
    return _function(member, names, itself) if isinstance(member, FunctionType) else member


def _function(function: FunctionType, names: Mapping[str, Any], itself: CellType) -> Callable[..., Any]:
    """`function` without the package's check that a task was set, with `names` replacing its globals."""
    if function.__code__.co_freevars == ("func",):
        function = (function.__closure__ or ())[0].cell_contents
    known = function.__globals__
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    closure = tuple(itself if name == "__class__" else cell for name, cell in cells)
    overlaid = known | {name: value for name, value in names.items() if name in known}
    copy = FunctionType(function.__code__, overlaid, function.__name__, function.__defaults__, closure)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy
