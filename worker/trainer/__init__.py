"""One job in one process, or several that may train as one: training loop, checkpoints, learner, inputs of guides."""
