"""The only code that steps environments: for training, evaluation and demonstrations."""
