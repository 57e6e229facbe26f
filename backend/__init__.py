"""What is stored and served; the only part that touches SQL."""
