"""The command `gsl`: everything the page does, from a shell. It knows `client` and `gsl` alone."""
