"""The style of all figures: colours by role, light and dark, margins that work on a phone."""

from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Literal

from gsl.backend.domain.figure_data import Metric, Role
from gsl.backend.domain.run_axis import Axis
from gsl.backend.figures.figure import Figure, Part

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class View:
    """What the viewer chose; `width` is that of the figure on the screen in CSS pixels."""

    theme: Theme = "light"
    metric: Metric = "return"
    width: int = 900

    @property
    def narrow(self) -> bool:
        return self.width < 600


@dataclass(frozen=True)
class Palette:
    """Colours by meaning, in the hues of Okabe and Ito, which colour-blind readers can distinguish."""

    text: str
    muted: str
    grid: str
    surface: str
    generalist: str
    specialist: str
    finetune: str
    evaluation: str
    held_out: str
    gained: str
    forgotten: str

    def role(self, role: Role) -> str:
        return {"generalist": self.generalist, "specialist": self.specialist, "finetune": self.finetune}[role]


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        text="#1f2933", muted="#66717d", grid="rgba(31,41,51,0.12)", surface="#ffffff",
        generalist="#0072b2", specialist="#d98200", finetune="#00875f",
        evaluation="#66717d", held_out="#b3558a", gained="#00875f", forgotten="#c94f00",
    ),
    "dark": Palette(
        text="#e4e8ec", muted="#9aa5b1", grid="rgba(228,232,236,0.14)", surface="#1f2328",
        generalist="#56b4e9", specialist="#e69f00", finetune="#2bc795",
        evaluation="#9aa5b1", held_out="#e29cc4", gained="#2bc795", forgotten="#ff7f3b",
    ),
}  # fmt: skip

CIVIDIS = (
    "#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838",
)  # fmt: skip
"""Matplotlib's scale of colours for numbers, which colour-blind readers see too; plotly.js has slightly other ones."""

ROLE_NAMES: dict[Role, str] = {"generalist": "Generalist", "specialist": "Specialists", "finetune": "Fine-tuned"}
METRIC_NAMES: dict[Metric, str] = {"return": "Mean return", "success": "Success rate"}
NUMBER_FORMATS: dict[Metric, str] = {"return": ",.4~g", "success": ".1%"}


def palette(view: View) -> Palette:
    return PALETTES[view.theme]


def new_figure(view: View, height: int) -> Figure:
    """An empty figure in this style, as wide as its place on the page and `height` CSS pixels high."""
    figure = Figure(layout={"template": template(view.theme), "height": height})
    if view.narrow:
        figure.update_layout(margin={"l": 46, "r": 16, "t": 16, "b": 40}, font={"size": 11})
    return figure


@cache
def template(theme: Theme) -> Part:
    """Plotly template of a theme: transparent, in the page's own font."""
    colours = PALETTES[theme]
    axis = {
        "gridcolor": colours.grid, "zerolinecolor": colours.grid, "linecolor": colours.grid, "automargin": True,
        "ticks": "outside", "ticklen": 4, "tickcolor": "rgba(0,0,0,0)", "tickfont": {"color": colours.muted},
        "title": {"standoff": 8, "font": {"color": colours.muted}},
    }  # fmt: skip
    hover = {"bgcolor": colours.surface, "bordercolor": colours.grid, "font": {"color": colours.text}, "align": "left"}
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "autosize": True,
        "font": {"family": "inherit", "size": 12, "color": colours.text},
        "margin": {"l": 56, "r": 16, "t": 20, "b": 44},
        "xaxis": axis, "yaxis": axis, "hoverlabel": hover, "hovermode": "closest", "dragmode": "zoom",
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": colours.muted, "activecolor": colours.text},
        "coloraxis": {"colorbar": {"outlinewidth": 0, "thickness": 12}},
    }  # fmt: skip
    return {"layout": layout, "data": {"scatter": [{"type": "scatter", "cliponaxis": False}]}}  # marks at 100 % whole


AXIS_NAMES: dict[Axis, str] = {
    "total": "Environment steps of the run", "critical": "Environment steps along the critical path",
}  # fmt: skip


def literal(text: str) -> str:
    """A name as text: Plotly would take `<3e-4>` for markup, and `%{x}` in a hover's template for a value."""
    return escape(text, quote=False).replace("{", "&#123;")


def steps_axis(title: str = AXIS_NAMES["total"], end: int = 0) -> dict[str, object]:
    """Layout of an axis that counts environment steps: 500k, 1.5M; from 0 to its `end`, if there is one."""
    span: dict[str, object] = {"range": [0, end]} if end else {"rangemode": "tozero"}
    return {"title": {"text": title}, "tickformat": "~s", "nticks": 8} | span


def score_axis(metric: Metric, title: str | None = None) -> dict[str, object]:
    """Layout of an axis of returns, or of success as a percentage that always shows 0 to 100."""
    axis: dict[str, object] = {"title": {"text": title or METRIC_NAMES[metric]}, "nticks": 7}
    if metric == "success":
        axis |= {"tickformat": ".0%", "range": [0, 1]}
    return axis


def steps_text(steps: int) -> str:
    """Environment steps for a label: 1.25 M, 80 k, 512."""
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if steps >= size:
            return f"{steps / size:.3g} {letter}"
    return str(steps)


def score_text(value: float, metric: Metric) -> str:
    """A return or a success rate for a label."""
    return f"{value:.0%}" if metric == "success" else f"{value:.3g}"


def empty_figure(view: View, what: str, when: str) -> Figure:
    """A figure without axes that says what is missing and when it will be available."""
    figure = new_figure(view, height=220)
    hidden, margin = {"visible": False}, {"l": 10, "r": 10, "t": 10, "b": 10}
    figure.update_layout(xaxis=hidden, yaxis=hidden, margin=margin)
    figure.add_annotation(
        text=f"<b>{what}</b><br>{_wrapped(when, 44 if view.narrow else 90)}",
        showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper", font={"color": palette(view).muted, "size": 13},
    )  # fmt: skip
    return figure


def _wrapped(text: str, columns: int) -> str:
    """Breaks lines, because Plotly does not."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > columns:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join([*lines, line])
