"""Choosing the variation that is played next."""
