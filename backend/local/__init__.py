"""Everything on one machine: `python -m backend.local`, which `make up` runs."""
