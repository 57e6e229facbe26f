"""`python -m gsl.backend.openapi` prints the OpenAPI document, from which the page's types are generated."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from gsl.backend.app import create_app
from gsl.backend.settings import Settings


def document() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), database="", artifacts="", redis_url=""))
        return app.openapi()


def main() -> None:
    sys.stdout.write(json.dumps(document(), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
