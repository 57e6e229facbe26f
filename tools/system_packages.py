"""Makes sure that the tests have Chromium and the libraries that Procgen loads and that Meta-World is filmed with.

As root on Debian they are installed, otherwise the error explains how.
"""

import os
import shutil
import subprocess
import sys

from gsl.config.suites import MetaWorldSuite, ProcgenSuite

NAMES = ("chromium", "chromium-browser", "google-chrome")
APT_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def main() -> int:
    """Exit status 0 if nothing is missing afterwards."""
    missing = _missing()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {' '.join(missing)} for the tests ...", flush=True)
        _apt("update", "-q")
        _apt("install", "-q", "-y", "--no-install-recommends", *missing)
        missing = _missing()
    if missing:
        print(
            f"The tests need packages of the system. On Debian: sudo apt-get install {' '.join(missing)}",
            file=sys.stderr,
        )
    return 1 if missing else 0


def _missing() -> list[str]:
    """Debian's names of what is not there."""
    browser = [] if any(shutil.which(name) for name in NAMES) else ["chromium"]
    libraries = {**ProcgenSuite.missing_libraries(), **MetaWorldSuite.missing_video_libraries()}
    return browser + " ".join(libraries.values()).split()


def _apt(*arguments: str) -> None:
    subprocess.run(["apt-get", *arguments], check=False, env=APT_ENVIRONMENT)


if __name__ == "__main__":
    sys.exit(main())
