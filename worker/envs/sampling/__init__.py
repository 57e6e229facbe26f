"""Which variation is played next."""
