"""What is compared: one problem, one network and one set of numbers for both sides. Standard library alone."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

GAMMA, GAE_LAMBDA, CLIP, VALUE, ENTROPY, MAX_GRAD_NORM = 0.99, 0.95, 0.2, 0.5, 0.01, 0.5
"""PPO's numbers, the same for every case; they do not change how long anything takes."""
MAX_KL, CG_ITERATIONS, CG_DAMPING, BACKTRACKS, BACKTRACK_RATIO = 0.01, 15, 0.1, 10, 0.8
"""TRPO's numbers, the defaults of sb3-contrib."""


@dataclass(frozen=True)
class Case:
    """One comparison. A window is `epochs_a_window` rollouts, each with its update."""

    name: str
    title: str
    problem: Literal["procgen", "mt10", "cartpole"]
    network: Literal["impala", "small_cnn", "mlp"]
    num_envs: int
    num_steps: int  # of each environment in an epoch
    update_epochs: int  # passes over a rollout
    minibatch: int  # samples; with TRPO of the value function alone
    threads: int  # torch's, 0 for every core
    epochs_a_window: int
    claim: float  # ours / theirs that the project promises
    compiled: bool = False  # our setting learner.compile; the other side has none
    precision: Literal["float32", "tf32", "bfloat16"] = "float32"  # ours; the others compute as PyTorch does by default
    overlap: bool = False  # our setting learner.overlap
    device: Literal["cpu", "cuda"] = "cpu"
    width: int = 256
    depth: int = 2  # of an MLP
    algorithm: Literal["ppo", "recurrent_ppo", "trpo"] = "ppo"
    memory: int = 0  # units of recurrent_ppo's LSTM, which policy and value share
    learning_rate: float = 5e-4

    @property
    def batch_size(self) -> int:
        """Environment steps of an epoch."""
        return self.num_envs * self.num_steps

    @property
    def steps_a_window(self) -> int:
        return self.batch_size * self.epochs_a_window

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def from_json(text: str) -> Case:
    """What `Case.to_json` made, for the process of a side."""
    return Case(**json.loads(text))


CASES = {
    case.name: case
    for case in (
        Case(
            "procgen-impala", "Procgen StarPilot, IMPALA", "procgen", "impala", num_envs=64, num_steps=32,
            update_epochs=3, minibatch=2048, threads=0, epochs_a_window=1, claim=2.0,
        ),
        Case(
            "procgen-small-cnn", "Procgen StarPilot, small CNN", "procgen", "small_cnn", num_envs=64, num_steps=128,
            update_epochs=3, minibatch=1024, threads=0, epochs_a_window=1, claim=1.0,
        ),
        Case(
            "mt10", "Meta-World MT10, MLP 512 x 2", "mt10", "mlp", num_envs=10, num_steps=128, update_epochs=10,
            minibatch=64, threads=0, epochs_a_window=4, claim=1.5, width=512,
        ),
        Case(
            "mt10-compiled", "Meta-World MT10, MLP 512 x 2, `compile`", "mt10", "mlp", num_envs=10, num_steps=128,
            update_epochs=10, minibatch=64, threads=0, epochs_a_window=4, claim=1.5, compiled=True, width=512,
        ),
        Case(
            "cartpole", "CartPole-v1, 64 slots, MLP 64 x 2", "cartpole", "mlp", num_envs=64, num_steps=64,
            update_epochs=4, minibatch=1024, threads=0, epochs_a_window=8, claim=2.0, width=64,
        ),
        Case(
            "cartpole-compiled", "CartPole-v1, 64 slots, MLP 64 x 2, `compile`", "cartpole", "mlp", num_envs=64,
            num_steps=64, update_epochs=4, minibatch=1024, threads=0, epochs_a_window=8, claim=2.5, compiled=True,
            width=64,
        ),
        Case(
            "cartpole-8", "CartPole-v1, 8 slots, MLP 64 x 2", "cartpole", "mlp", num_envs=8, num_steps=128,
            update_epochs=4, minibatch=256, threads=0, epochs_a_window=20, claim=1.5, width=64,
        ),
        Case(
            "cartpole-lstm", "CartPole-v1, 16 slots, LSTM 64 (RL², RecurrentPPO)", "cartpole", "mlp", num_envs=16,
            num_steps=128, update_epochs=4, minibatch=512, threads=1, epochs_a_window=4, claim=1.5, width=64, depth=1,
            algorithm="recurrent_ppo", memory=64,
        ),
        Case(
            "cartpole-trpo", "CartPole-v1, 16 slots, MLP 64 x 2 (TRPO)", "cartpole", "mlp", num_envs=16,
            num_steps=128, update_epochs=10, minibatch=128, threads=1, epochs_a_window=6, claim=1.5, width=64,
            algorithm="trpo",
        ),
    )
}  # fmt: skip
