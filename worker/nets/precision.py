"""Numerical precision of a network: float32, TF32 (products of 19 bits on NVIDIA GPUs), or bfloat16 between layers.

Weights, losses and Adam are always float32.
"""

from contextlib import AbstractContextManager, nullcontext

import torch

from gsl.config.networks import Precision


class Rounding:
    """Context managers for computations with a network."""

    def __init__(self, precision: Precision) -> None:
        """TF32 is a setting of the whole process, which trains one learner; it only affects CUDA."""
        self._bfloat16 = precision == "bfloat16"
        products = "tf32" if precision == "tf32" else "ieee"
        torch.backends.cuda.matmul.fp32_precision = products
        torch.backends.cudnn.fp32_precision = products  # by default cuDNN would use TF32

    def of(self, device: torch.device) -> AbstractContextManager[object]:
        """For one forward pass and its loss; the backward pass uses the recorded types."""
        return torch.autocast(device.type, torch.bfloat16) if self._bfloat16 else nullcontext()
