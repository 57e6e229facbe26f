"""Learners: what turns experience into a better policy."""

from typing import Literal, Self

from pydantic import model_validator

from gsl.config.base import Settings, setting
from gsl.config.networks import MLP, Network


class PPO(Settings):
    """Proximal policy optimisation (Schulman et al. 2017) with the details of CleanRL's Procgen version."""

    name: Literal["ppo"] = "ppo"
    network: Network = setting(MLP(), "The policy and value network.")
    device: Literal["auto", "cpu", "cuda"] = setting("auto", "Where the network runs; auto takes CUDA where it is.")
    compile: bool = setting(False, "Whether torch.compile speeds up the rollout (tens of seconds to start).")
    num_envs: int = setting(64, "Environments stepped side by side.", unit="environments", ge=1, le=4096)
    num_steps: int = setting(256, "Steps of each environment in one epoch.", unit="steps", ge=1, le=65_536)
    num_minibatches: int = setting(8, "Minibatches in one pass over an epoch's experience.", ge=1, le=4096)
    micro_batch: int = setting(
        256, "Samples that go through the network at once; gradients add up to the minibatch.", unit="samples", ge=1
    )
    update_epochs: int = setting(3, "Passes over an epoch's experience.", unit="passes", ge=1, le=100)
    learning_rate: float = setting(5e-4, "Step size of Adam.", gt=0, le=1)
    anneal_lr: bool = setting(False, "Whether the learning rate falls linearly to zero over the job's budget.")
    adam_eps: float = setting(1e-5, "Adam's epsilon.", gt=0, le=1)
    gamma: float = setting(0.999, "Discount of future rewards.", ge=0, le=1)
    gae_lambda: float = setting(0.95, "Lambda of generalised advantage estimation.", ge=0, le=1)
    clip_coef: float = setting(0.2, "Clipping of the policy's probability ratio.", gt=0, le=10)
    clip_vloss: bool = setting(True, "Whether the value loss is clipped as the policy's is.")
    norm_adv: bool = setting(True, "Whether advantages are normalised in each minibatch.")
    norm_reward: bool = setting(True, "Whether rewards are divided by the running deviation of the discounted return.")
    ent_coef: float = setting(0.01, "Weight of the entropy bonus.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Largest norm of the gradient.", gt=0, le=1000)
    target_kl: float | None = setting(None, "Approximate KL divergence that ends an epoch's updates early.", gt=0)

    @property
    def batch_size(self) -> int:
        """Environment steps of one epoch."""
        return self.num_envs * self.num_steps

    @model_validator(mode="after")
    def _minibatches_divide_the_batch(self) -> Self:
        if self.batch_size % self.num_minibatches:
            raise ValueError(
                f"num_minibatches ({self.num_minibatches}) must divide num_envs x num_steps ({self.batch_size})"
            )
        return self


Learner = PPO  # the next learner makes this a union discriminated by `name`
