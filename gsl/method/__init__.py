"""The method's mathematics: plateaus, selection, partition, changes per variation, statistics over seeds."""
