"""Environments of Gymnasium, one variation a seed or a set of arguments."""
