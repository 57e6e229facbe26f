"""What a figure shows while there is no data."""

import plotly.graph_objects as go

from backend.figures.style import View, new_figure, palette


def empty_figure(view: View, what: str, when: str) -> go.Figure:
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
