"""One job in one process: training loop, checkpoints, learner, inputs of guides."""
