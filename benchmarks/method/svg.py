"""The few marks that our pictures are made of, as SVG that reads well on a light page and on a dark one."""

from collections.abc import Iterable, Sequence
from html import escape

TEXT, MUTED, GRID = "#1f2933", "#66717d", "#e3e6ea"


def picture(width: float, height: float, marks: Iterable[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" font-family="sans-serif" '
            f'font-size="13" fill="{TEXT}">',
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
            *marks,
            "</svg>\n",
        ]
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def path(points: Sequence[tuple[float, float]], colour: str, width: float, opacity: float = 1) -> str:
    return (
        f'<polyline points="{_pairs(points)}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-opacity="{opacity}"/>'
    )


def area(points: Sequence[tuple[float, float]], colour: str) -> str:
    return f'<polygon points="{_pairs(points)}" fill="{colour}" fill-opacity="0.15"/>'


def dot(x: float, y: float, radius: float, colour: str, opacity: float = 1, *, hollow: bool = False) -> str:
    look = f'fill="none" stroke="{colour}" stroke-opacity="{opacity}"' if hollow else f'fill="{colour}"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" {look} fill-opacity="{opacity}"/>'


def text(x: float, y: float, said: str, anchor: str = "start", colour: str = TEXT, weight: str = "normal") -> str:
    style = f'text-anchor="{anchor}" fill="{colour}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(said)}</text>'


def _pairs(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
