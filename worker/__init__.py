"""What trains: the only part that imports torch; it speaks to the backend through client/ alone."""
