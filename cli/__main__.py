"""`python -m cli` is the command `gsl`."""

import sys

from cli.main import main

if __name__ == "__main__":
    sys.exit(main())
