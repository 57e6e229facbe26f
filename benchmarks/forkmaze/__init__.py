"""Ways to use what specialists learned, compared on the fork maze at equal total environment steps."""
