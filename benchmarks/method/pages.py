"""Results in Markdown pages: blocks between marks, which the commands write anew."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "results.md"


def put(page: Path, name: str, block: str) -> None:
    """Replace what stands between `<!-- results:NAME -->` and `<!-- /results -->`. Raises ValueError without marks."""
    text = page.read_text()
    marks = re.compile(rf"(<!-- results:{re.escape(name)} -->\n).*?(<!-- /results -->)", re.DOTALL)
    if not marks.search(text):
        raise ValueError(f"{page.name} has no marks for {name}: <!-- results:{name} --> ... <!-- /results -->")
    page.write_text(marks.sub(lambda found: f"{found[1]}{block}\n{found[2]}", text))
