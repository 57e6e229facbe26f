"""Distillation into a sequence model."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class Distillation(GuideSettings):
    """What specialists did, step after step, is learnt by a sequence model offline, without environment steps.

    From learning histories (demonstrations.record: history) this is Algorithm Distillation: the model learns to get
    better from episode to episode, as they did. From good episodes it is Expert Distillation, or with trials of one
    episode the policy distillation of Gato.
    """

    implementation: ClassVar[str] = "gsl.worker.guides.distillation:Distillation"
    title: ClassVar[str] = "Distillation"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"sequences"})

    name: Literal["distillation"] = "distillation"
    updates: int = setting(
        2000, "Steps of Adam. More fit the training variations better.", unit="updates", ge=1, le=10_000_000
    )
    batch_size: int = setting(
        32, "Sequences per update, each as long as the learner's context.", unit="sequences", ge=1, le=65_536
    )
    learning_rate: float = setting(
        1e-3, "Adam's learning rate at its highest, after a short warm-up; it falls to a twentieth.", gt=0, le=1
    )
    weight_decay: float = setting(0.01, "How much of each weight, times the learning rate, is taken off.", ge=0, le=10)
    max_grad_norm: float = setting(1.0, "Gradients with a larger norm are scaled down to it.", gt=0, le=1000)
