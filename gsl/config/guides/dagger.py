"""Learning from the specialists themselves."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook, LearnsFrom


class DAgger(GuideSettings):
    """The policy follows, on states of its own, the specialist that owns the variation.

    After DAgger (Ross et al. 2011) with a value function beside it, as in UniDexGrasp++ (Wan et al. 2023), or
    kickstarting (Schmitt et al. 2018).
    """

    implementation: ClassVar[str] = "worker.guides.dagger:DAgger"
    title: ClassVar[str] = "DAgger"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"loss"})
    learns_from: ClassVar[LearnsFrom] = "teachers"

    name: Literal["dagger"] = "dagger"
    form: Literal["dagger", "kickstarting"] = setting(
        "dagger",
        "Whether the policy only follows its teachers while the value function learns from returns (dagger; no entropy "
        "bonus then, whatever ent_coef says), or also learns from its own experience beside a fading teacher "
        "(kickstarting).",
    )
    coefficient: float = setting(1.0, "Weight of the distance to the teachers' policies.", gt=0, le=1000)
    decay: float = setting(
        1.0, "Factor on the coefficient after each epoch; 1 keeps it constant. For kickstarting alone.", gt=0, le=1
    )
    batch_size: int = setting(
        256, "Samples of each minibatch that are compared with the teachers.", unit="samples", ge=1, le=65_536
    )

    @model_validator(mode="after")
    def _something_trains_the_policy(self) -> Self:
        if self.form == "dagger" and self.decay < 1:
            raise ValueError("decay must be 1 with form dagger: nothing else trains the policy; choose kickstarting")
        return self
