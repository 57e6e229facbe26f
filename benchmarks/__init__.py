"""Measurements of the product: run by `make bench`, too slow for every test run."""
