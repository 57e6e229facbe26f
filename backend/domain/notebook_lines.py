"""Lines of a notebook that make a part of a comparison with the Python client. Pure; a test runs them."""

from collections.abc import Mapping, Sequence
from typing import Any

from gsl.protocol.api.comparing import NotebookLines

_HEAD = "from gsl.client.api import Client"
_TABLE = "table"


def lines(
    figures: Sequence[str], selection: Mapping[str, Any], options: Mapping[str, Any], server: str
) -> list[NotebookLines]:
    """Of the table and of these figures; `selection` says which runs, `options` how they are looked at."""
    chosen = f"chosen = {_call('dict', selection)}"
    api = f"api = Client({server!r})" if server else "api = Client()  # the server of `gsl login`, or of this machine"
    table = {name: value for name, value in options.items() if name in ("metric", "source")}
    parts = {
        _TABLE: [
            f"comparison = api.{_call('compare', table, '**chosen')}",
            "for group in comparison.arms:",
            "    print(group.arm_name, group.seeds, group.mean, group.std, group.iqm)",
            f"print(api.{_call('comparison_table', _but(table, 'source'), '**chosen', format='latex')})",
        ],
        **{name: _figure(name, options) for name in figures},
    }
    return [NotebookLines(name=name, lines="\n".join([_HEAD, "", api, chosen, *part])) for name, part in parts.items()]


def _figure(name: str, options: Mapping[str, Any]) -> list[str]:
    return [f"figure = api.{_call('comparison_figure', options, repr(name), '**chosen')}", "figure"]


def _call(function: str, named: Mapping[str, Any], *first: str, **more: Any) -> str:
    written = [*first, *(f"{name}={value!r}" for name, value in {**named, **more}.items())]
    return f"{function}({', '.join(written)})"


def _but(options: Mapping[str, Any], left_out: str) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != left_out}
