"""Meta-World: its benchmarks and tasks."""
