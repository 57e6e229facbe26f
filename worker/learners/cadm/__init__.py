"""CaDM: models of the dynamics with a context, and planning with them."""
