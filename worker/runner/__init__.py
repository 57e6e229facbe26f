"""Claims jobs, holds them, starts and watches their trainers; no torch."""
