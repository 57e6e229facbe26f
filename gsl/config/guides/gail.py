"""Generative adversarial imitation."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class GAIL(GuideSettings):
    """Generative adversarial imitation learning (Ho and Ermon 2016): a discriminator's judgement joins the reward."""

    implementation: ClassVar[str] = "worker.guides.gail:GAIL"
    title: ClassVar[str] = "GAIL"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"reward"})

    name: Literal["gail"] = "gail"
    env_weight: float = setting(0.3, "Weight of the environment's reward.", ge=0, le=1000)
    imitation_weight: float = setting(0.7, "Weight of the discriminator's reward.", ge=0, le=1000)
    form: Literal["positive", "centred", "negative"] = setting(
        "positive",
        "The discriminator's reward, with D its probability that the policy itself did it: -log D is above zero and "
        "rewards long episodes, log((1 - D) / D) lies around zero, log(1 - D) is below zero and rewards short ones.",
    )
    reward_limit: float = setting(5.0, "Largest size of the discriminator's reward, before its weight.", gt=0, le=100)
    width: int = setting(128, "Units of the discriminator's hidden layers.", unit="units", ge=1, le=8192)
    learning_rate: float = setting(3e-4, "Step size of the discriminator's Adam.", gt=0, le=1)
    batch_size: int = setting(
        256, "Demonstrated steps in each update of the discriminator, beside as many of the policy.", unit="steps",
        ge=1, le=65_536,
    )  # fmt: skip
    updates: int = setting(10, "Updates of the discriminator on each rollout.", unit="updates", ge=1, le=10_000)
    recent_steps: int = setting(
        4096, "Steps of earlier rollouts that the discriminator still sees; they are part of every checkpoint.",
        unit="steps", ge=0, le=1_000_000,
    )  # fmt: skip
    gradient_penalty: float = setting(
        1.0,
        "Weight of the penalty on the discriminator's slope between demonstrations and policy; without it few pictures "
        "are learned by heart.",
        ge=0,
        le=1000,
    )
    spectral_norm: bool = setting(False, "Whether every layer of the discriminator is scaled to norm 1.")
    label_smoothing: float = setting(
        0.1, "How far labels stay from 0 and 1, so that the discriminator is never certain.", ge=0, lt=0.5
    )
    input_noise: float = setting(
        0.05, "Deviation of the noise on what the discriminator sees, in deviations of the demonstrations.", ge=0, le=10
    )
