"""Numbers, times and names as the page writes them."""

from datetime import UTC, datetime

NONE = "–"
_UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_TIMES = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_STATUS = {"awaiting_approval": "Awaiting approval", "finetune": "Fine-tuning"}
_STYLES = {"succeeded": "green", "failed": "bold red", "cancelled": "dim", "awaiting_approval": "bold yellow",
           "paused": "yellow", "queued": "dim"}  # fmt: skip
_STEPS = {"finetune": "Fine-tuning", "final_evaluation": "Last evaluation"}


def plain(text: str) -> str:
    """Without characters that would steer the terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def status(name: str) -> str:
    return _STATUS.get(name, name.capitalize())


def style(name: str) -> str:
    """How a status looks in a terminal."""
    return _STYLES.get(name, "cyan")


def step(name: str) -> str:
    return _STEPS.get(name, name.capitalize())


def count(value: float | None) -> str:
    """2_000_000 as "2.0 M"; below ten thousand the digits stay."""
    if value is None:
        return NONE
    if abs(value) < 10_000:
        return f"{value:,.0f}"
    unit, name = next((unit, name) for unit, name in (*_UNITS, (1e3, "k")) if abs(value) >= unit * 0.99995)
    scaled = value / unit
    return f"{scaled:.{1 if abs(scaled) < 99.95 else 0}f} {name}"


def score(value: float | None) -> str:
    """With the digits that papers print."""
    return NONE if value is None else f"{value:.3f}"


def duration(seconds: float | None) -> str:
    """200 as "3 min 20 s": the two largest units."""
    if seconds is None:
        return NONE
    left = round(seconds)
    parts: list[str] = []
    for size, name in _TIMES:
        number, left = divmod(left, size)
        if number or (name == "s" and not parts):
            parts.append(f"{number} {name}")
        elif parts:
            break
    return " ".join(parts[:2])


def ago(moment: datetime) -> str:
    """How long ago it was, in the largest unit."""
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{' '.join(duration((datetime.now(UTC) - zoned).total_seconds()).split()[:2])} ago"


def many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
