"""Generalist-Specialist Learning: the method itself, without web, SQL or torch."""

__version__ = "0.1.0"
