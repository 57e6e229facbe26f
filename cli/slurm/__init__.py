"""`gsl slurm`: workers as jobs of a Slurm cluster, as many as there is work for."""
