"""The tree of a run, as its page shows it."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.text import Text
from rich.tree import Tree

from gsl.cli import text
from gsl.cli.options import AsJson, RunId, connect
from gsl.cli.output import emit, say
from gsl.cli.text import plain
from gsl.client.models import RunTree, TreeNode

MOST_BRANCHES = 12
"""Of a part whose branches are listed without being asked for."""
STATES = {
    "pending": ("to come", "dim"), "active": ("at work", "cyan"), "done": ("done", "green"),
    "skipped": ("skipped", "dim"), "failed": ("failed", "bold red"), "cancelled": ("cancelled", "dim"),
}  # fmt: skip

Whole = Annotated[bool, typer.Option("--all", help="List every specialist, however many there are.")]


def tree(context: typer.Context, run: RunId, whole: Whole = False, as_json: AsJson = False) -> None:
    """Show what led to what in a run: parts with steps, best result and time left; * marks the critical path."""
    with connect(context) as api:
        found = api.tree(run)
        if as_json:
            emit(found)
            return
        if not found.nodes:
            say("The parts of this run are not known: its configuration cannot be read.")
            return
        shown = Tree(Text(_heading(run, found)), guide_style="dim")
        _grow(shown, found.nodes, whole)
        say(shown, "", f"{api.url}/runs/{run}?tab=tree")


def _heading(run: int, found: RunTree) -> str:
    path, spent = text.count(found.critical_path_steps), text.count(found.spent_steps)
    measure = "success rates" if found.metric == "success" else "mean returns"
    return f"Run {run}: {path} of {spent} steps are on the critical path (*); best results are {measure}"


def _grow(onto: Tree, nodes: Sequence[TreeNode], whole: bool) -> None:
    for node in nodes:
        branch = onto.add(_line(node))
        if whole or len(node.children) <= MOST_BRANCHES:
            _grow(branch, node.children, whole)
        else:
            hidden = [child for child in node.children if not child.critical]
            _grow(branch, [child for child in node.children if child.critical], whole)
            branch.add(Text(f"{len(hidden)} others; --all lists them", style="dim"))


def _line(node: TreeNode) -> Text:
    state, style = STATES[node.state]
    title = Text(f"* {node.title}" if node.critical else node.title, style="bold" if node.critical else "")
    rest = " · ".join(map(plain, filter(None, _facts(node))))
    said = [] if node.kind in ("origin", "plateau") else [Text(state, style)]
    return Text.assemble(title, "  ", Text(" · ").join([*said, *([Text(rest)] if rest else [])]))


def _facts(node: TreeNode) -> Iterator[str]:
    yield _steps(node)
    if node.spread:
        yield f"{node.spread.done} of {node.spread.specialists} done"
        if node.spread.best is not None:
            values = (node.spread.worst, node.spread.median, node.spread.best)
            yield "worst {}, median {}, best {}".format(*map(text.score, values))
    if node.best is not None:
        yield f"best {text.score(node.best)} ({node.best_of})"
    if node.eta_seconds is not None:
        seconds = text.duration(node.eta_seconds)
        yield f"takes {seconds}" if node.state == "pending" else f"{seconds} left"
    yield node.detail


def _steps(node: TreeNode) -> str:
    if node.budget_steps:
        spent = "" if node.state in ("pending", "skipped") else f"{text.count(node.spent_steps)} of "
        return f"{spent}{text.count(node.budget_steps)} steps"
    if node.spent_steps:
        return f"{text.count(node.spent_steps)} steps"
    return f"{text.count(node.measurement_steps)} steps measured" if node.measurement_steps else ""
