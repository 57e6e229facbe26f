"""Generative adversarial imitation."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class GAIL(GuideSettings):
    """Generative adversarial imitation learning (Ho and Ermon 2016): a discriminator adds to the reward."""

    implementation: ClassVar[str] = "gsl.worker.guides.gail:GAIL"
    title: ClassVar[str] = "GAIL"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"reward"})

    name: Literal["gail"] = "gail"
    env_weight: float = setting(
        0.3, "Weight of the environment's reward. Increase it if the policy ignores the task.", ge=0, le=1000
    )
    imitation_weight: float = setting(0.7, "Weight of the imitation reward from the discriminator.", ge=0, le=1000)
    form: Literal["positive", "centred", "negative"] = setting(
        "positive",
        "Imitation reward, where D is the probability that a step is the policy's own. positive: -log D, which favours "
        "long episodes. centred: log((1 - D) / D). negative: log(1 - D), which favours short episodes.",
    )
    reward_limit: float = setting(5.0, "Largest absolute imitation reward, before weighting.", gt=0, le=100)
    width: int = setting(128, "Units per hidden layer of the discriminator.", unit="units", ge=1, le=8192)
    learning_rate: float = setting(
        3e-4, "Adam's learning rate for the discriminator. Reduce it if the discriminator becomes too good.", gt=0, le=1
    )
    batch_size: int = setting(
        256, "Demonstrated steps per discriminator update, with as many steps of the policy.", unit="steps",
        ge=1, le=65_536,
    )  # fmt: skip
    updates: int = setting(10, "Discriminator updates per rollout.", unit="updates", ge=1, le=10_000)
    recent_steps: int = setting(
        4096, "Steps of earlier rollouts that the discriminator still trains on; every checkpoint contains them.",
        unit="steps", ge=0, le=1_000_000,
    )  # fmt: skip
    gradient_penalty: float = setting(
        1.0,
        "Weight of the gradient penalty between demonstrations and policy. Without it the discriminator overfits, "
        "especially on few pictures.",
        ge=0,
        le=1000,
    )
    spectral_norm: bool = setting(False, "Apply spectral normalisation to every layer of the discriminator.")
    label_smoothing: float = setting(
        0.1, "Distance of the labels from 0 and 1. Increase it if the discriminator becomes too certain.", ge=0, lt=0.5
    )
    input_noise: float = setting(
        0.05,
        "Standard deviation of noise added to the discriminator's input, in standard deviations of the demonstrations.",
        ge=0,
        le=10,
    )
