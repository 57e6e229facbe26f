"""Shared by the figures of experiments: colours by arm, names and axes of the compared metric."""

from gsl.backend.domain.comparison_types import Compared
from gsl.backend.figures.style import View
from gsl.protocol.api import ComparedMetric

METRIC_NAMES: dict[ComparedMetric, str] = {"score": "Score", "return": "Mean return", "success": "Success rate"}
FORMATS: dict[ComparedMetric, str] = {"score": ".3f", "return": ",.4~g", "success": ".1%"}
DASHES = ("solid", "dash", "dot", "dashdot")
# Hues of Okabe and Ito, darker on white and lighter on black, so that each stands out from the page.
_LIGHT = ("#0072b2", "#c94f00", "#00875f", "#b3558a", "#d98200", "#3a8fb7", "#7a6f00", "#66717d")
_DARK = ("#56b4e9", "#ff7f3b", "#2bc795", "#e29cc4", "#e69f00", "#9ad3f5", "#d8cf45", "#9aa5b1")


def arm_colour(index: int, view: View) -> str:
    colours = _LIGHT if view.theme == "light" else _DARK
    return colours[index % len(colours)]


def arm_fill(index: int, view: View) -> str:
    """The arm's colour as a band over others."""
    return translucent(arm_colour(index, view), 0.18)


def translucent(colour: str, opacity: float) -> str:
    """`#rrggbb` with an opacity, for Plotly."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def arm_dash(index: int) -> str:
    """Beyond eight arms, colours repeat with dashed lines."""
    return DASHES[index // len(_LIGHT) % len(DASHES)]


def metric_axis(metric: ComparedMetric, title: str | None = None) -> dict[str, object]:
    """Layout of an axis of the metric; success as a percentage that always shows 0 to 100."""
    axis: dict[str, object] = {"title": {"text": title or METRIC_NAMES[metric]}, "nticks": 7}
    if metric == "success":
        axis |= {"tickformat": ".0%", "range": [0, 1]}
    return axis


def number(value: float, metric: ComparedMetric) -> str:
    """A value for a label: 87 %, 0.871, 24.6."""
    if metric == "success":
        return f"{value:.0%}"
    return f"{value:.3f}" if metric == "score" else f"{value:.4g}"


def counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def any_run_evaluated(compared: Compared) -> bool:
    """Whether any run succeeded and was evaluated at its end."""
    return any(run.status == "succeeded" and run.evaluation for run in compared.runs)
