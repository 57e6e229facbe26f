"""Histogram of the variations' scores at one epoch, or at several side by side."""

import numpy as np
from sqlmodel import Session

from gsl.backend.domain.figure_data import FloatArray, IntArray, Metric, Snapshots, VariationScores
from gsl.backend.figures.arms import counted
from gsl.backend.figures.figure import Figure, Part
from gsl.backend.figures.grid import Grid, Panel, columns_for, grid_figure
from gsl.backend.figures.registration import RunFigure, RunOptions
from gsl.backend.figures.style import METRIC_NAMES, View, empty_figure, literal, palette, score_text
from gsl.backend.store.figures.snapshots import latest_snapshot, milestones, snapshots

RETURN_BINS = 20
SUCCESS_BINS = 10
NAMES_IN_HOVER = 8
PANEL_WIDTH = 150  # CSS pixels below which a panel cannot be read
MAX_COLUMNS = 4
MOST_TICKS = 5  # of a count, beside 0


def variation_histogram(data: Snapshots, view: View, chosen: frozenset[int] | None = None) -> Figure:
    """One panel per snapshot, all with the same bins; `customdata` of a bar lists its variations.

    Those that are chosen stand out in front of all of them.
    """
    panels = [panel for panel in data.panels if not np.isnan(panel.scores.of(view.metric)).all()]
    if not panels:
        return _nothing(data, view)
    edges = bin_edges([panel.scores.of(view.metric) for panel in panels], view.metric, data.score_range)
    drawn = [_panel(panel, edges, data.names, view, chosen) for panel in panels]
    highest = max(max(panel.traces[0]["y"]) for panel in drawn)
    figure = grid_figure(drawn, _grid(len(panels), highest, view), view)
    figure.update_layout(barmode="overlay")
    return figure


def _nothing(data: Snapshots, view: View) -> Figure:
    if view.metric == "success" and data.panels:
        return empty_figure(view, "No success rate", "This suite reports no success. Choose the mean return instead.")
    return empty_figure(
        view, "No measurements yet",
        "Returns by variation appear after the first epochs and at evaluations.",
    )  # fmt: skip


def _grid(panels: int, highest: int, view: View) -> Grid:
    """Ranges are explicit, because Plotly's own autorange for matched axes considers only one panel."""
    x_axis: dict[str, object] = {"showgrid": False, "nticks": 6}
    if view.metric == "success":
        x_axis |= {"tickformat": ".0%", "range": [0, 1]}
    return Grid(
        columns=columns_for(panels, view, PANEL_WIDTH, MAX_COLUMNS),
        panel_height=220 if panels <= MAX_COLUMNS and not view.narrow else 150,
        title_height=34,
        x_title=f"{METRIC_NAMES[view.metric]} per variation",
        xaxis=x_axis,
        yaxis=_count_axis(highest),
    )


def _count_axis(highest: int) -> Part:
    """Up to the next tick; Plotly's own ticks would be at halves if there are few variations."""
    step = max(1, round(float(_round_width(highest / MOST_TICKS))))
    top = max(step, -(-highest // step) * step)
    return {"range": [0, top], "tickformat": "d", "tick0": 0, "dtick": step}


def bin_edges(values: list[FloatArray], metric: Metric, score_range: tuple[float, float]) -> FloatArray:
    """Edges shared by all panels, shape (bins + 1,): fixed for success; the suite's range and what leaves it else."""
    if metric == "success":
        return np.linspace(0, 1, SUCCESS_BINS + 1)
    finite = np.concatenate([array[~np.isnan(array)] for array in values])
    low, high = min(score_range[0], float(finite.min())), max(score_range[1], float(finite.max()))
    width = _round_width((high - low) / RETURN_BINS)
    first, last = np.floor(low / width + 1e-9), np.ceil(high / width - 1e-9)
    return np.arange(first, max(last, first + 1) + 1) * width


def bins_of(values: FloatArray, edges: FloatArray) -> IntArray:
    """Bin of each value, -1 for NaN; a bin holds its lower edge, the last bin its upper edge too."""
    width = edges[1] - edges[0]
    places = np.floor((np.nan_to_num(values) - edges[0]) / width + 1e-9).astype(np.int64)  # 0.3 / 0.1 is 2.9999...
    return np.where(np.isnan(values), -1, np.clip(places, 0, len(edges) - 2))


def _round_width(width: float) -> float:
    """The next width of 1, 2, 2.5 or 5 times a power of ten."""
    if width <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(width))
    return float(next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= width * 0.999))


def _panel(
    panel: VariationScores, edges: FloatArray, names: dict[int, str], view: View, chosen: frozenset[int] | None
) -> Panel:
    values = panel.scores.of(view.metric)
    bins = bins_of(values, edges)
    members = [
        _lowest_first(panel.variations, values, np.flatnonzero(bins == number)) for number in range(len(edges) - 1)
    ]
    mean, colour = float(np.nanmean(values)), palette(view).role(panel.role)
    bars = {
        "type": "bar", "x": (edges[:-1] + edges[1:]) / 2, "y": [len(member) for member in members],
        "width": np.diff(edges), "customdata": members, "hovertext": _hovers(members, edges, names, view.metric),
        "hovertemplate": "%{hovertext}<extra></extra>", "name": panel.title, "showlegend": False,
        "marker": {"color": colour, "line": {"width": 1, "color": palette(view).surface}},
    }  # fmt: skip
    traces = [bars] if chosen is None else [bars | {"opacity": 0.3}, _chosen(bars, members, chosen)]
    kind = {"evaluation": "", "held_out": ", held out", "training": ", training"}[panel.source]
    mark = f", {panel.mark}" if panel.mark else ""
    return Panel(f"<b>{panel.title}</b><br>mean {score_text(mean, view.metric)}{kind}{mark}", traces, line=mean)


def _chosen(bars: Part, members: list[list[int]], chosen: frozenset[int]) -> Part:
    """The same bars of the chosen variations alone. A click still means the whole bin."""
    counts = [sum(variation in chosen for variation in member) for member in members]
    texts = [f"{text}<br>{count} of them chosen" for text, count in zip(bars["hovertext"], counts, strict=True)]
    return bars | {"y": counts, "hovertext": texts}


def _lowest_first(variations: IntArray, values: FloatArray, chosen: IntArray) -> list[int]:
    """The variations in the chosen rows."""
    order = chosen[np.argsort(values[chosen], kind="stable")]
    return [int(variation) for variation in variations[order]]


def _hovers(members: list[list[int]], edges: FloatArray, names: dict[int, str], metric: Metric) -> list[str]:
    texts = []
    for number, member in enumerate(members):
        span = f"{score_text(float(edges[number]), metric)} to {score_text(float(edges[number + 1]), metric)}"
        shown = literal(", ".join(names[variation] for variation in member[:NAMES_IN_HOVER]))
        more = f" and {len(member) - NAMES_IN_HOVER} more" if len(member) > NAMES_IN_HOVER else ""
        texts.append(f"<b>{counted(len(member), 'variation')}</b> at {span}<br>{shown}{more}")
    return texts


def _build(session: Session, run_id: int, options: RunOptions) -> Figure:
    epochs = milestones(session, run_id) if options.paper else options.epochs
    if not epochs:
        return variation_histogram(latest_snapshot(session, run_id, options.source), options.view, options.chosen)
    return variation_histogram(snapshots(session, run_id, epochs, options.source), options.view, options.chosen)


FIGURE = RunFigure(
    name="variation_histogram",
    title="Variations by score",
    description="How many variations reach each score. Click a bar to choose its variations.",
    tab="overview",
    position=20,
    controls=("metric", "epochs", "variations", "choice"),
    build=_build,
    ready=lambda state: state.measured,
)
