"""The fork maze, simulated here."""
