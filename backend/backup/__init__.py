"""One file with everything that a server stores: `python -m gsl.backend.backup`, for `gsl backup` and `gsl restore`."""
