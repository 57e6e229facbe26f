"""DAgger and kickstarting: whose word counts on which step, the distance by hand, what else trains the policy."""

import pytest
import torch
from torch import Tensor

from gsl.config.guides import DAgger as DAggerSettings
from gsl.config.networks import MLP
from gsl.config.run import LEARNERS
from gsl.worker import plugins
from gsl.worker.experience import LossContext
from gsl.worker.guides import Teacher
from gsl.worker.guides.dagger import DAgger
from gsl.worker.nets import ActorCritic
from gsl.worker.spaces import Spaces
from tests.worker.guides.lessons import CONTINUOUS, CPU, DISCRETE, actions, inputs, network, observations, rollout


def confident(action: int) -> ActorCritic:
    """A teacher that nearly always takes the same action."""
    made = network()
    with torch.no_grad():
        made.policy_head.weight.zero_()
        made.policy_head.bias.zero_()
        made.policy_head.bias[action] = 8.0
    return made


ONE, TWO = confident(1), confident(2)
VARIATION = torch.tensor([0, 1, 2, 0] * 10)  # nobody teaches 2


def guide(settings: DAggerSettings) -> DAgger:
    teachers = (Teacher(ONE, frozenset({0, 7})), Teacher(TWO, frozenset({1})))
    made = DAgger(settings, inputs(teachers=teachers))
    assert made.observe(rollout(observations(40), actions(40), VARIATION)) == {"taught_share": 0.75}
    return made


def context(index: Tensor, spaces: Spaces = DISCRETE) -> LossContext:
    return LossContext(index, observations(40, spaces)[index], 1.0)


def test_each_step_is_compared_with_the_teacher_of_its_variation() -> None:
    """The mean over taught steps of KL(teacher || student), times the coefficient."""
    student, index = network(seed=3), torch.tensor([5, 0, 2, 8])  # variations 1, 0, nobody's, 0
    found = guide(DAggerSettings(coefficient=0.7)).loss(student, context(index))
    assert found is not None
    seen = observations(40)
    expected = [TWO.policy(seen[5:6]).kl(student.policy(seen[5:6]))]
    expected += [ONE.policy(seen[i : i + 1]).kl(student.policy(seen[i : i + 1])) for i in (0, 8)]
    torch.testing.assert_close(found[0], 0.7 * torch.stack(expected).mean())


def test_steps_without_a_teacher_add_nothing() -> None:
    assert guide(DAggerSettings()).loss(network(), context(torch.tensor([2, 6]))) is None


def test_only_part_of_a_large_minibatch_is_compared() -> None:
    made, student = guide(DAggerSettings(batch_size=2)), network(seed=3)
    whole, part = (made.loss(student, context(torch.tensor(index))) for index in ([5, 0, 1, 8], [5, 0]))
    assert whole is not None
    assert part is not None
    torch.testing.assert_close(whole[0], part[0])


def test_following_makes_the_student_do_what_each_teacher_does() -> None:
    """Two variations with observations of their own; the student is only ever told by the loss."""
    made, student = guide(DAggerSettings()), network(seed=3, width=32)
    adam = torch.optim.Adam(student.parameters(), lr=0.02)
    for _ in range(60):
        found = made.loss(student, context(torch.arange(40)))
        assert found is not None
        adam.zero_grad()
        torch.autograd.backward(found[0])
        adam.step()
    chosen = student.policy(observations(40)).mode()
    assert chosen[VARIATION == 0].eq(1).float().mean() > 0.9
    assert chosen[VARIATION == 1].eq(2).float().mean() > 0.9
    assert all(parameter.grad is None for parameter in ONE.parameters())


def test_dagger_leaves_the_policy_to_its_teachers_and_kickstarting_does_not() -> None:
    assert guide(DAggerSettings(form="dagger")).policy_weight == 0.0
    assert guide(DAggerSettings(form="kickstarting", decay=0.5)).policy_weight == 1.0


@pytest.mark.parametrize("name", ["ppo", "ppg"])
def test_without_a_teacher_nothing_moves_the_policy(name: str) -> None:
    """Not the bonus for entropy either, however large; in kickstarting it does."""
    moved = {}
    for form in ("dagger", "kickstarting"):
        fields = {"network": MLP(width=16), "device": "cpu", "num_envs": 4, "num_steps": 10, "num_minibatches": 2,
                  "ent_coef": 1.0, "norm_reward": False}  # fmt: skip
        fields |= {"n_pi": 2} if name == "ppg" else {}
        settings = LEARNERS[name].model_validate(fields)
        made = plugins.load(settings)(settings, DISCRETE, 0, CPU)
        teachers = (Teacher(ONE, frozenset({7})),)  # nothing of it is played
        guide = DAgger(DAggerSettings.model_validate({"form": form}), inputs(teachers=teachers))
        before = made.network.policy_parameters(observations(40)).detach()
        played = rollout(observations(40), actions(40), VARIATION)
        guide.observe(played)
        made.update(played, guide)
        moved[form] = not made.network.policy_parameters(observations(40)).equal(before)
    assert moved == {"dagger": False, "kickstarting": True}


def test_the_teachers_part_fades_and_goes_on_exactly() -> None:
    settings = DAggerSettings(form="kickstarting", coefficient=1.0, decay=0.5)
    made, resumed, student = guide(settings), guide(settings), network(seed=3)
    first = made.loss(student, context(torch.arange(8)))
    made.end_epoch()
    resumed.restore(made.state())
    later = [each.loss(student, context(torch.arange(8))) for each in (made, resumed)]
    assert first is not None
    assert later[0] is not None
    assert later[1] is not None
    assert later[0][0].item() == later[1][0].item() == pytest.approx(first[0].item() / 2)
    assert [told["teacher_weight"] for _, told in (first, later[1])] == [1.0, 0.5]


def test_gaussian_teachers() -> None:
    teacher, student = network(CONTINUOUS, seed=1), network(CONTINUOUS, seed=2)
    made = DAgger(DAggerSettings(), inputs(teachers=(Teacher(teacher, frozenset({0})),), spaces=CONTINUOUS))
    made.observe(rollout(observations(8, CONTINUOUS), actions(8, CONTINUOUS)))
    found = made.loss(student, context(torch.arange(8), CONTINUOUS))
    assert found is not None
    seen = observations(40, CONTINUOUS)[:8]
    torch.testing.assert_close(found[0], teacher.policy(seen).kl(student.policy(seen)).mean())


def test_a_fading_teacher_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="decay"):
        DAggerSettings(form="dagger", decay=0.9)
