"""Jobs: planned, queued, leased, listed."""
