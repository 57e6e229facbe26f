"""How exactly a network multiplies: 32 bits, TF32 (an NVIDIA GPU's 19 bits in products), or bfloat16 between layers.

Weights, losses and Adam stay in float32 whatever is chosen.
"""

from contextlib import AbstractContextManager, nullcontext

import torch

from gsl.config.networks import Precision


class Rounding:
    """What computations with a network run under."""

    def __init__(self, precision: Precision) -> None:
        """TF32 is a switch of the whole process, which trains one learner; it acts on CUDA alone."""
        self._bfloat16 = precision == "bfloat16"
        products = "tf32" if precision == "tf32" else "ieee"
        torch.backends.cuda.matmul.fp32_precision = products
        torch.backends.cudnn.fp32_precision = products  # without this, cuDNN would use TF32 unasked

    def of(self, device: torch.device) -> AbstractContextManager[object]:
        """For one forward pass, its loss included; the backward pass follows what it recorded."""
        return torch.autocast(device.type, torch.bfloat16) if self._bfloat16 else nullcontext()
