"""All SQL: one module for each noun; the caller commits."""
