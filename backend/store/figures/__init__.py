"""What figures show, read from the tables."""
