"""Everything on one machine: `python -m gsl.backend.local`, which `make up` runs."""
