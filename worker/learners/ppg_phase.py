"""The samples of a phase of PPG: raw observations and the targets of their values."""

from typing import Any

import torch
from torch import Tensor

from gsl.worker.experience import rows


class Phase:
    """On the CPU, whatever the network's device; pictures stay uint8: 12.3 kB each at 64 x 64 pixels."""

    def __init__(self, epochs: int, batch_size: int) -> None:
        self._room, self._filled = epochs * batch_size, 0

    def __len__(self) -> int:
        """Number of samples."""
        return self._filled

    @property
    def over(self) -> bool:
        return self._filled == self._room

    def add(self, observation: Tensor, returns: Tensor) -> None:
        """Add an epoch's samples, (B, *observation_shape) and (B,). Raises ValueError if there is no room."""
        if self._filled + len(returns) > self._room:
            raise ValueError(f"{len(returns)} samples do not fit a phase of {self._room} that has {self._filled}")
        if not self._filled:
            self._observation = observation.new_empty((self._room, *observation.shape[1:]), device="cpu")
            self._returns = returns.new_empty(self._room, device="cpu")
        place = slice(self._filled, self._filled + len(returns))
        self._observation[place], self._returns[place] = observation, returns
        self._filled = place.stop

    def take(self, index: Tensor | slice, device: torch.device) -> tuple[Tensor, Tensor]:
        """Observations and targets of the samples at `index`, on the device."""
        return rows(self._observation, index).to(device), rows(self._returns, index).to(device)

    def clear(self) -> None:
        self._filled = 0

    def state(self) -> dict[str, Any]:
        """Views, not copies: save them before the next `add`."""
        if not self._filled:
            return {"filled": 0}
        used = slice(self._filled)
        return {"filled": self._filled, "observation": self._observation[used], "returns": self._returns[used]}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue exactly where `state` was taken."""
        self.clear()
        if state["filled"]:
            self.add(torch.as_tensor(state["observation"]), torch.as_tensor(state["returns"]))
