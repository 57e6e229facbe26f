"""TE-PPO: PPO whose policy knows its task by an embedding."""
