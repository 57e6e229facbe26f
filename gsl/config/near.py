"""Names that a mistyped one may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_OFFERED = 5


def near(name: str, known: Iterable[str]) -> str:
    """`: did you mean A or B?`, or what there is when nothing is near; upper and lower case do not matter."""
    names = sorted(known)
    by_lower = {one.lower(): one for one in names}
    close = [by_lower[one] for one in get_close_matches(name.lower(), by_lower, _OFFERED, cutoff=0.5)]
    if close:
        return f": did you mean {' or '.join(close)}?"
    shown = ", ".join(names[:_OFFERED]) + (" ..." if len(names) > _OFFERED else "")
    return f": there is {shown or 'none'}"
