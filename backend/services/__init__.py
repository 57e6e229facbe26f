"""Decisions: launching, planning, approving, recovering what was lost."""
