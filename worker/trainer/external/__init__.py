"""Trainers of somebody's own: a command that GSL Lab starts, and what the two say to each other."""
