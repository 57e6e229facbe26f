"""Generalist-Specialist Learning against the plain generalist at equal total steps: one harness for every suite."""
