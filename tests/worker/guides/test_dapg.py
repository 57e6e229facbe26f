"""DAPG: the gradient of both forms, decay, frequency, exact keeping."""

import pytest
import torch

from gsl.config.guides import DAPG as DAPGSettings
from gsl.config.guides import NoGuide
from gsl.config.networks import MLP
from gsl.worker.experience import Demonstrations, Earned, LossContext
from gsl.worker.guides import Guide, GuideInputs, make_guide
from gsl.worker.guides.dapg import DAPG
from gsl.worker.guides.demonstrated_values import DemonstratedValues
from gsl.worker.nets import ActorCritic, make_network
from gsl.worker.spaces import Actions, Spaces
from tests.worker.guides.lessons import demonstrations

SPACES = Spaces((3,), Actions("discrete", 4))
ONE = demonstrations(torch.tensor([[0.5, -0.5, 1.0]]), torch.tensor([2]))


def inputs(shown: Demonstrations | None, seed: int = 0) -> GuideInputs:
    return GuideInputs(shown, (), SPACES, seed, torch.device("cpu"))


def context(max_advantage: float) -> LossContext:
    return LossContext(torch.zeros(1, dtype=torch.int64), ONE.observation, max_advantage)


def network() -> ActorCritic:
    made = make_network(MLP(width=8), SPACES, seed=0)
    with torch.no_grad():
        made.policy_head.bias.copy_(torch.tensor([2.0, 1.0, 0.0, -1.0]))
    return made


def bias_gradient(settings: DAPGSettings, max_advantage: float) -> tuple[torch.Tensor, torch.Tensor]:
    """The gradient on the policy's last bias, and the probabilities of the one demonstrated state."""
    made = network()
    found = DAPG(settings, inputs(ONE, 0)).loss(made, context(max_advantage))
    assert found is not None
    loss, _ = found
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert made.policy_head.bias.grad is not None
    return made.policy_head.bias.grad, made.policy_parameters(ONE.observation).softmax(-1).detach()[0]


def test_log_probability_form() -> None:
    """d/dlogits of -c log pi(a) is c (pi - onehot(a)); the largest advantage plays no part."""
    gradient, probability = bias_gradient(DAPGSettings(form="log_probability", coefficient=0.3), max_advantage=7.0)
    onehot = torch.tensor([0.0, 0.0, 1.0, 0.0])
    torch.testing.assert_close(gradient, 0.3 * (probability - onehot))


def test_probability_form() -> None:
    """d/dlogits of -c A_max pi(a) is c A_max pi(a) (pi - onehot(a))."""
    gradient, probability = bias_gradient(DAPGSettings(form="probability", coefficient=0.5), max_advantage=4.0)
    onehot = torch.tensor([0.0, 0.0, 1.0, 0.0])
    torch.testing.assert_close(gradient, 0.5 * 4.0 * probability[2] * (probability - onehot))


def test_the_value_function_does_not_learn_from_demonstrations() -> None:
    made = network()
    found = DAPG(DAPGSettings(), inputs(ONE, 0)).loss(made, context(1.0))
    assert found is not None
    found[0].backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert made.value_head.weight.grad is None


def test_the_value_function_learns_what_was_earned_where_it_is_asked_to() -> None:
    """Rewards 1, 2, 4 at gamma 1/2 are worth 3, 4, 4, halved by the learner's scale; one step was cut off, so that the
    value of what was seen then stands for the rest."""
    seen, made = torch.randn(4, 3, generator=torch.Generator().manual_seed(0)), network()
    cut, final = torch.tensor([False, False, False, True]), torch.ones(1, 3)
    earned = Earned(torch.tensor([1.0, 2.0, 4.0, 6.0]), cut, final)
    shown = demonstrations(seen, torch.zeros(4, dtype=torch.int64), torch.tensor([0, 0, 0, 1]), earned)
    values = DemonstratedValues(shown, torch.device("cpu"))
    error = values.loss(made, torch.arange(4), LossContext(torch.zeros(1), seen, 1.0, gamma=0.5, reward_scale=2.0))
    rest = made.values(final).detach()
    target = torch.cat([torch.tensor([1.5, 2.0, 2.0]), 3.0 + 0.5 * rest])
    torch.testing.assert_close(error, 0.5 * (made.values(seen) - target).square().mean())
    guide = DAPG(DAPGSettings(value_coefficient=1.0, coefficient=0.0), inputs(shown))
    found = guide.loss(made, context(1.0))
    assert found is not None
    found[0].backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert made.value_head.weight.grad is not None
    with pytest.raises(ValueError, match=r"guide.value_coefficient"):
        DAPG(DAPGSettings(value_coefficient=1.0), inputs(ONE))


def test_decay_and_frequency() -> None:
    guide, made = DAPG(DAPGSettings(coefficient=1.0, decay=0.5, frequency=3), inputs(ONE, 0)), network()
    joined = [guide.loss(made, context(1.0)) is not None for _ in range(6)]
    assert joined == [False, False, True, False, False, True]
    before = DAPG(DAPGSettings(coefficient=1.0), inputs(ONE, 0)).loss(made, context(1.0))
    guide = DAPG(DAPGSettings(coefficient=1.0, decay=0.5), inputs(ONE, 0))
    guide.end_epoch()
    after = guide.loss(made, context(1.0))
    assert before is not None
    assert after is not None
    assert after[0].item() == pytest.approx(before[0].item() / 2)
    assert [told["demonstration_weight"] for _, told in (before, after)] == [1.0, 0.5]


def test_goes_on_exactly() -> None:
    torch.manual_seed(0)
    many = demonstrations(torch.randn(500, 3), torch.randint(4, (500,)))
    settings, made = DAPGSettings(batch_size=16, frequency=2, decay=0.9), network()
    through, resumed = DAPG(settings, inputs(many, 1)), DAPG(settings, inputs(many, 2))
    for _ in range(5):
        through.loss(made, context(1.0))
    through.end_epoch()
    resumed.restore(through.state())
    said = [
        [found and found[1] for found in (guide.loss(made, context(1.0)) for _ in range(6))]
        for guide in (through, resumed)
    ]
    assert said[0] == said[1]


def test_nothing_to_guide_by() -> None:
    assert type(make_guide(DAPGSettings(), inputs(None))) is Guide
    assert type(make_guide(NoGuide(), inputs(ONE))) is Guide
    assert isinstance(make_guide(DAPGSettings(), inputs(ONE)), DAPG)
    assert make_guide(NoGuide(), inputs(ONE)).loss(network(), context(1.0)) is None
