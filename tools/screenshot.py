"""Takes the README's picture: a finished run of the fork maze on the page, imported from the benchmarks' records.

python -m tools.screenshot [FILE]

It starts a temporary server. The picture changes only when the page or the record does. Exit status 1 when the file is
too large for a README.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from gsl.client.api import Client
from gsl.client.temporary_server import temporary_server
from gsl.record import read
from tools.system_packages import NAMES

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "benchmarks" / "results" / "gsl_forkmaze" / "forkmaze-dapg-2.json.gz"
PICTURE = ROOT / "docs" / "images" / "run.png"
MAX_BYTES = 300_000
DRAWN_WITHIN_MS = 90_000
SETTLED_MS = 1_000  # Plotly draws texts after the frame of a figure


def main(picture: Path = PICTURE) -> int:
    with temporary_server() as (address, token), Client(address, token) as api, _page(address) as page:
        page.goto(f"/?token={token}")
        run = api.import_run(read(RECORD))
        page.goto(f"/runs/{run.id}")
        figure = page.get_by_test_id("figure-learning_curve").locator(".main-svg").first
        expect(figure).to_be_visible(timeout=DRAWN_WITHIN_MS)
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=picture)
    size = picture.stat().st_size
    print(f"{picture}: {size:,} bytes")
    return int(size > MAX_BYTES)


@contextmanager
def _page(address: str) -> Iterator[Page]:
    """A page as tall as the learning curve needs, in the light colour scheme."""
    chromium = next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser.new_page(base_url=address, viewport={"width": 1280, "height": 1075}, color_scheme="light")
        browser.close()


if __name__ == "__main__":
    sys.exit(main(*(Path(name) for name in sys.argv[1:2])))
