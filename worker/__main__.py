"""`python -m gsl.worker`: one worker slot. Start one for each GPU, with CUDA_VISIBLE_DEVICES set."""

import sys

if __name__ == "__main__":
    from gsl.worker.runner.main import main

    sys.exit(main())
