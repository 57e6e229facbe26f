"""Queries for the data of figures."""
