"""Pendulum and CartPole whose physics differ from variation to variation."""
