"""Makes sure that the browser tests have a Chromium: finds it, installs Debian's where that is allowed, or says how."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
APT_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def main() -> int:
    """0 when there is a Chromium on the PATH afterwards."""
    if _find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's chromium for the browser tests ...", flush=True)
        _apt("update", "-q")
        _apt("install", "-q", "-y", "--no-install-recommends", "chromium")
    if _find():
        return 0
    print(
        "The browser tests need Chromium on the PATH. On Debian: sudo apt-get install chromium, then make test.",
        file=sys.stderr,
    )
    return 1


def _find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _apt(*arguments: str) -> None:
    subprocess.run(["apt-get", *arguments], check=False, env=APT_ENVIRONMENT)


if __name__ == "__main__":
    sys.exit(main())
