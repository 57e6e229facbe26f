"""The files that the runner and its trainer exchange: job folder, spool, checkpoints."""
