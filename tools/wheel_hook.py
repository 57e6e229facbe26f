"""Part of every build of a wheel: refuses one without the page, which would be found out by its first user only."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageMustBeBuilt(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is "editable" for an installation that uses the checkout, whose page may be built later."""
        if version != "editable" and not Path(self.root, "gsl/backend/page/index.html").exists():
            raise SystemExit("The page is not built, so this wheel would have none: run `make wheel`.")
