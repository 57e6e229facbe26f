"""What is wrong with a machine, and what to do: one check a function."""

from cli.doctor.command import doctor

__all__ = ["doctor"]
