"""The fork maze, our own environment."""
