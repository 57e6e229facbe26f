"""Makes sure that Chromium is installed: as root on Debian it is installed, otherwise the error explains how."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
APT_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def main() -> int:
    """Exit status 0 if Chromium is on the PATH afterwards."""
    if _find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        _apt("update", "-q")
        _apt("install", "-q", "-y", "--no-install-recommends", "chromium")
    if _find():
        return 0
    print(
        "The browser tests and the screenshot need Chromium on the PATH. On Debian: sudo apt-get install chromium.",
        file=sys.stderr,
    )
    return 1


def _find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _apt(*arguments: str) -> None:
    subprocess.run(["apt-get", *arguments], check=False, env=APT_ENVIRONMENT)


if __name__ == "__main__":
    sys.exit(main())
