"""Writing runs in the formats of other tools: TensorBoard's event files, and W&B's offline folder."""
