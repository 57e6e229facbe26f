"""The games of Procgen."""
