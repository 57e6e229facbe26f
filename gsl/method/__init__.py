"""The method's mathematics: plateaus, selection, partition, what changed, statistics."""
