"""Any environment of Gymnasium's registry, with its variations chosen by the user."""
