"""Procgen: its games, levels and score ranges."""
