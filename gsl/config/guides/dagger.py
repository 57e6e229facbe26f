"""Learning from the specialists themselves."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook, LearnsFrom


class DAgger(GuideSettings):
    """The policy imitates the specialist of each variation in the states that the policy itself visits.

    DAgger (Ross et al. 2011) with a learned value function as in UniDexGrasp++ (Wan et al. 2023), or kickstarting
    (Schmitt et al. 2018).
    """

    implementation: ClassVar[str] = "gsl.worker.guides.dagger:DAgger"
    title: ClassVar[str] = "DAgger"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"loss"})
    learns_from: ClassVar[LearnsFrom] = "teachers"

    name: Literal["dagger"] = "dagger"
    form: Literal["dagger", "kickstarting"] = setting(
        "dagger",
        "dagger: the policy only imitates its teachers, without an entropy bonus, while the value function learns from "
        "returns. kickstarting: the policy also learns from its own rewards, with a teacher that can fade out.",
    )
    coefficient: float = setting(1.0, "Weight of the divergence from the teachers' policies.", gt=0, le=1000)
    decay: float = setting(
        1.0,
        "Factor applied to the coefficient after each epoch; 1 keeps it constant. Only for kickstarting.",
        gt=0,
        le=1,
    )
    batch_size: int = setting(
        256, "Samples per minibatch that are compared with the teachers.", unit="samples", ge=1, le=65_536
    )

    @model_validator(mode="after")
    def _something_trains_the_policy(self) -> Self:
        if self.form == "dagger" and self.decay < 1:
            raise ValueError(
                "decay must be 1 with form dagger, where only the teachers train the policy; or choose kickstarting"
            )
        return self
