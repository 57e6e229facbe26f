"""Meta-World on MuJoCo, with many simulations in parallel."""
