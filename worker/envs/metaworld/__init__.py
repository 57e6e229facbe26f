"""Meta-World on MuJoCo, many simulations side by side."""
