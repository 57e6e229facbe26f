"""RL²: PPO whose policy remembers the episodes of a trial."""
