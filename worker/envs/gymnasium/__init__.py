"""Environments of Gymnasium, whose variations are seeds or sets of arguments."""
