"""PEARL: soft actor-critic on a belief about the variation."""
