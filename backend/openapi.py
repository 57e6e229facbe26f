"""`python -m gsl.backend.openapi` prints the OpenAPI document, from which the page's types are generated."""

import json
import sys
import tempfile
from pathlib import Path

from gsl.backend.app import create_app
from gsl.backend.settings import Settings


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=Path(folder), database="", artifacts="", redis_url=""))
        sys.stdout.write(json.dumps(app.openapi(), indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
