"""What a model learns by: predictions over stretches of steps, all with the one context of their beginning.

With c = g(history before the stretch), f forwards and b backwards, the loss is the mean over a stretch's steps of

    NLL of the change under f(s, a, c)  +  backward_coef * squared error of b(s', a, c) from minus the change

(Lee et al. 2020). That c is the same for all steps is what makes it a property of the variation: a context that may
serve one step alone describes the present state, and predictions over many steps explode.
"""

from dataclasses import replace

import torch
from torch import Tensor

from gsl.worker.learners.cadm.steps import Stretches
from gsl.worker.nets.dynamics import DynamicsModel

SLACK = 0.01
"""Weight of the distance between the bounds of log-variances (Chua et al. 2018)."""


def model_loss(model: DynamicsModel, given: Stretches, backward_coef: float) -> tuple[Tensor, dict[str, Tensor]]:
    """The sum over members, scalar, and diagnostics."""
    members, count = given.counted.shape[:2]
    context = model.encode(given.history.flatten(0, 1)).reshape(members, count, -1)
    ahead = context[:, :, None].expand(*given.counted.shape, context.shape[-1])
    state, target, action = _standardised(model, given)
    flat = [one.flatten(1, 2) for one in (state, action, ahead)]
    mean, spread = model.predict(*flat)
    wrong = (mean - target.flatten(1, 2)).square()
    surprise = wrong if spread is None else wrong * (-spread).exp() + spread
    counted = given.counted.flatten(1)
    forwards, error = _mean(surprise, counted), _mean(wrong.detach(), counted)
    total, metrics = forwards.sum() + SLACK * model.slack(), {"model_error": error.mean()}
    if model.backwards is not None and backward_coef:
        after = _standardised(model, replace(given, state=given.state + given.change))[0].flatten(1, 2)
        back = model.backwards(torch.cat([after, *flat[1:]], -1)) + target.flatten(1, 2)
        backwards = _mean(back.square(), counted)
        total = total + backward_coef * backwards.sum()
        metrics["backward_error"] = backwards.detach().mean()
    return total, metrics


def _standardised(model: DynamicsModel, given: Stretches) -> tuple[Tensor, Tensor, Tensor]:
    """States, changes and actions as the model knows them."""
    (mean, deviation), (change_mean, change_deviation) = model.states.numbers(), model.changes.numbers()
    return (given.state - mean) / deviation, (given.change - change_mean) / change_deviation, given.action


def _mean(errors: Tensor, counted: Tensor) -> Tensor:
    """Of each member: the mean over counted steps and components."""
    return (errors.mean(-1) * counted).sum(1) / counted.sum(1).clamp(min=1)


@torch.no_grad()
def rollout_errors(model: DynamicsModel, given: Stretches, unit: Tensor | None = None) -> Tensor:
    """(M,) mean squared errors of the state after 1 to M steps, predicted from the first one by the members' mean.

    `given` is of one member, without its dimension: (B, ...); only stretches that are whole count. Errors are in
    `unit` (n,), by default the deviations of the states that the model knows.
    """
    whole = given.counted.all(-1)
    context = model.encode(given.history[whole]).expand(model.members, -1, -1)
    (mean, deviation), (change_mean, change_deviation) = model.states.numbers(), model.changes.numbers()
    state, errors = given.state[whole, 0].expand(model.members, -1, -1), []
    for at in range(given.counted.shape[-1]):
        action = given.action[whole, at].expand(model.members, -1, -1)
        change, _ = model.predict((state - mean) / deviation, action, context)
        state = state + change * change_deviation + change_mean
        wrong = state.mean(0) - given.state[whole, at] - given.change[whole, at]
        errors.append((wrong / (deviation if unit is None else unit)).square().mean())
    return torch.stack(errors)
