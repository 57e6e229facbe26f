"""Imitating teachers on the learner's own states: DAgger with a value function, and kickstarting.

Each step of the learner's rollout has a teacher, the specialist of the step's variation, whose policy is evaluated on
it. With D the part of a minibatch that has a teacher, c the coefficient and k the epochs since the start, the added
loss is

    c * decay^k * mean over D of KL(teacher(.|s) || pi(.|s))

Form `dagger` (Ross et al. 2011; Wan et al. 2023, UniDexGrasp++, which adds the value function): this is the policy's
only loss, while the value function learns from returns. There is no entropy bonus either: without a teacher nothing
would counteract it, and with one the policy would end up less certain than its teacher.

Form `kickstarting` (Schmitt et al. 2018, equation 5): the learner keeps its own policy loss, and the teachers'
weight decays.
"""

from typing import Any

import torch
from torch import Tensor

from gsl.config.guides import DAgger as DAggerSettings
from gsl.worker.experience import LossContext, Rollout, rows
from gsl.worker.guides.base import Guide, GuideInputs, Teacher
from gsl.worker.nets import ActorCritic

_ASKED_AT_ONCE = 1024


class DAgger(Guide):
    """Evaluates the teachers once for each rollout and compares the policy with them in every minibatch."""

    def __init__(self, settings: DAggerSettings, inputs: GuideInputs) -> None:
        if not inputs.teachers:
            raise ValueError("DAgger needs teachers")
        self.policy_weight = 0.0 if settings.form == "dagger" else 1.0
        self._settings, self._teachers, self._device = settings, inputs.teachers, inputs.device
        self._coefficient = settings.coefficient
        self._answers = torch.empty(0)  # (K, P), parameters of the teachers' policies at the K steps with a teacher
        self._row = torch.empty(0, dtype=torch.int64)  # (T*N,), row of a step in the answers; -1 without a teacher

    @torch.no_grad()
    def observe(self, rollout: Rollout) -> dict[str, float]:
        """Evaluate each teacher on the steps of its variations."""
        observation, variation = rollout.observation.flatten(0, 1), rollout.variation.flatten()
        asked = [
            (teacher, part)
            for teacher in self._teachers
            for part in torch.split(_owned(teacher, variation), _ASKED_AT_ONCE)
            if len(part)
        ]
        row = torch.full((len(variation),), -1)
        if asked:
            steps = torch.cat([part for _, part in asked])
            row[steps] = torch.arange(len(steps))
            self._answers = torch.cat(
                [teacher.network.policy_parameters(rows(observation, part).to(self._device)) for teacher, part in asked]
            )
        self._row = row.to(self._device)
        return {"taught_share": float((row >= 0).to(torch.float32).mean())}

    def loss(self, network: ActorCritic, context: LossContext) -> tuple[Tensor, dict[str, float]] | None:
        """See the module; scalar. Minibatches are shuffled, so their first samples are a random subset."""
        row = self._row[context.index[: self._settings.batch_size]]
        taught = row >= 0
        if not taught.any():
            return None
        teacher = network.distribution(self._answers[row[taught]])
        distance = teacher.kl(network.policy(context.observation[: len(row)][taught])).mean()
        return self._coefficient * distance, {"teacher_kl": distance.item(), "teacher_weight": self._coefficient}

    def end_epoch(self) -> None:
        self._coefficient *= self._settings.decay

    def state(self) -> dict[str, Any]:
        return {"coefficient": self._coefficient}

    def restore(self, state: dict[str, Any]) -> None:
        self._coefficient = state["coefficient"]


def _owned(teacher: Teacher, variation: Tensor) -> Tensor:
    """Indices of the steps on which the teacher is evaluated."""
    return torch.isin(variation, torch.tensor(sorted(teacher.variations))).nonzero().squeeze(-1)
