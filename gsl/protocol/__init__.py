"""What backend, workers and clients say to each other."""
