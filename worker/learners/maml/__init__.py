"""MAML-TRPO: a policy from which one gradient step suffices."""
