"""The comparison as a picture: bars of both sides' speeds, the measured limit, the ratio of every pair as dots."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from benchmarks.peers.results import Result

OURS, THEIRS, LIMIT, TEXT = "#1c7ed6", "#868e96", "#e03131", "#212529"
WIDTH, BAR, ROW, LEFT, RIGHT, TOP = 960, 22, 108, 24, 190, 56


def draw(results: Sequence[Result], file: Path) -> None:
    """An SVG; each case has a scale of its own, that ends at its limit by the machine's best rate."""
    height = TOP + ROW * len(results) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="13" fill="{TEXT}"><rect width="{WIDTH}" height="{height}" fill="white"/>',
        _text(
            LEFT, 24, "Environment steps a second, whole loop: ours, Stable-Baselines3, the measured limit", bold=True
        ),
        _text(WIDTH - RIGHT + 16, 24, "ratio of each pair", bold=True),
    ]
    for row, result in enumerate(results):
        parts += _case(result, TOP + ROW * row)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*parts, "</svg>"]) + "\n")


def _case(result: Result, y: int) -> list[str]:
    room = WIDTH - LEFT - RIGHT
    scale = room / max(result.limit_by_best_rate, result.ours, result.theirs)
    limit = LEFT + scale * result.limit_by_layers
    return [
        _text(LEFT, y + 14, f"{result.title} ({result.cores} cores)"),
        _bar(y + 22, scale * result.ours, OURS, f"{result.ours:,.0f}"),
        _bar(y + 22 + BAR + 4, scale * result.theirs, THEIRS, f"{result.theirs:,.0f}"),
        f'<path d="M{limit:.1f} {y + 20}v{2 * BAR + 8}" stroke="{LIMIT}" stroke-width="2" stroke-dasharray="4 3"/>',
        f'<path d="M{LEFT + room} {y + 20}v{2 * BAR + 8}" stroke="{LIMIT}" stroke-width="2"/>',
        *_ratios(result, y),
    ]


def _ratios(result: Result, y: int) -> list[str]:
    """One dot a pair between 0 and the largest; a line at what is promised."""
    left, room, middle = WIDTH - RIGHT + 16, RIGHT - 40, y + 22 + BAR
    scale = room / max(*result.ratios, result.claim)
    dots = [f'<circle cx="{left + scale * r:.1f}" cy="{middle}" r="4" fill="{OURS}"/>' for r in result.ratios]
    promised = left + scale * result.claim
    return [
        f'<path d="M{left} {middle}h{room}" stroke="{THEIRS}"/>',
        f'<path d="M{promised:.1f} {middle - 12}v24" stroke="{TEXT}" stroke-dasharray="3 3"/>',
        *dots,
        _text(left, middle + 30, f"median {result.ratio:.2f}, promised {result.claim:g}"),
    ]


def _bar(y: float, length: float, colour: str, label: str) -> str:
    inside = length > 70
    x, fill = (LEFT + length - 8, "white") if inside else (LEFT + length + 6, TEXT)
    anchor = "end" if inside else "start"
    return (
        f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>'
        f'<text x="{x:.1f}" y="{y + 16}" text-anchor="{anchor}" fill="{fill}">{escape(label)}</text>'
    )


def _text(x: float, y: float, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}"{weight}>{escape(text)}</text>'
