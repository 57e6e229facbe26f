"""Training: the only package that imports torch. It talks to the backend through client/ alone."""
