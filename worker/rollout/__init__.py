"""The only code that steps environments: training, evaluating, demonstrating."""
