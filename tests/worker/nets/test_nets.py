"""Networks: shapes, layout in memory, seeds."""

from copy import deepcopy
from typing import Literal

import pytest
import torch

from gsl.config.networks import MLP, Impala, Network, SmallCNN
from gsl.worker.nets import make_network
from gsl.worker.nets.actor_critic import fully_connected, to_channels_first
from gsl.worker.nets.distributions import Categorical, Gaussian
from gsl.worker.nets.layers import TwinLinear
from gsl.worker.spaces import Actions, Spaces

PICTURE = (64, 64, 3)


def discrete(shape: tuple[int, ...], actions: int) -> Spaces:
    return Spaces(shape, Actions("discrete", actions))


@pytest.mark.parametrize(
    ("network", "shape"), [(MLP(), (3,)), (MLP(width=8, depth=4, activation="relu"), (7,)), (SmallCNN(), PICTURE),
                           (Impala(), PICTURE)],
)  # fmt: skip
def test_shapes(network: Network, shape: tuple[int, ...]) -> None:
    made = make_network(network, discrete(shape, 15), seed=0)
    observation = torch.zeros(5, *shape, dtype=torch.uint8 if len(shape) == 3 else torch.float32)
    logits, value = made(observation)
    assert logits.shape == (5, 15)
    assert value.shape == (5,)
    torch.testing.assert_close(made.policy_parameters(observation), logits)


def test_impala_is_the_procgen_papers_size() -> None:
    """IMPALA 16-32-32 with 256 units has 97 600 + 2048*256 + 256 weights before its heads."""
    made = make_network(Impala(), discrete(PICTURE, 15), seed=0)
    heads = 257 * 15 + 257
    assert sum(p.numel() for p in made.parameters()) == 97_600 + 2048 * 256 + 256 + heads


def test_policy_and_value_are_separate_for_vectors() -> None:
    made = make_network(MLP(width=8), discrete((3,), 4), seed=0)
    seen = torch.randn(2, 3)
    parameters, value = made(seen)
    value.sum().backward()
    assert made.policy_head.weight.grad is None
    for name, weight in made.named_parameters():
        if name.startswith("bodies"):
            assert weight.grad is not None
            assert not weight.grad[0].any()
            assert weight.grad[1].any()
    torch.testing.assert_close(made.values(seen), value)
    torch.testing.assert_close(made.policy_parameters(seen), parameters)
    torch.testing.assert_close(made.policy_head(made.policy_features(seen)), parameters)


def test_the_value_network_alone_is_normalised() -> None:
    plain, normed = (make_network(MLP(width=8), discrete((3,), 4), 0, critic_layer_norm=on) for on in (False, True))
    seen = torch.randn(6, 3)
    parameters, value = normed(seen)
    torch.testing.assert_close(parameters, plain(seen)[0])
    torch.testing.assert_close(normed.values(seen), value)
    by_hand = seen
    for twin in plain.modules():
        if isinstance(twin, TwinLinear):
            hidden = twin.one(1, by_hand)
            centred = hidden - hidden.mean(1, keepdim=True)
            by_hand = torch.tanh(centred / (hidden.var(1, correction=0, keepdim=True) + 1e-5).sqrt())
    torch.testing.assert_close(value, plain.value_head(by_hand).squeeze(-1), atol=1e-5, rtol=1e-4)
    with pytest.raises(ValueError, match="small_cnn"):
        make_network(SmallCNN(), discrete(PICTURE, 4), 0, critic_layer_norm=True)


def test_a_network_may_have_several_values() -> None:
    for settings, shape in ((MLP(width=8), (3,)), (SmallCNN(channels=4, width=8), PICTURE)):
        made = make_network(settings, discrete(shape, 4), 0, values=3)
        seen = torch.zeros(5, *shape, dtype=torch.uint8 if len(shape) == 3 else torch.float32)
        assert made(seen)[1].shape == made.values(seen).shape == (5, 3)


def test_pictures_stay_channels_last() -> None:
    seen = to_channels_first(torch.randint(256, (4, *PICTURE), dtype=torch.uint8))
    assert seen.shape == (4, 3, 64, 64)
    assert seen.is_contiguous(memory_format=torch.channels_last)
    assert float(seen.max()) <= 1.0
    made = make_network(Impala(channels=(16,)), discrete(PICTURE, 15), seed=0)
    convolutions = [p for p in made.parameters() if p.dim() == 4 and p.shape[1] > 1]
    assert all(weight.is_contiguous(memory_format=torch.channels_last) for weight in convolutions)


def test_a_fresh_policy_is_nearly_uniform_and_seeds_decide_it() -> None:
    first, second, other = (make_network(MLP(width=16), discrete((3,), 4), seed=seed) for seed in (1, 1, 2))
    observation = torch.randn(50, 3)
    assert (first.policy_parameters(observation).softmax(-1) - 0.25).abs().max() < 0.02
    assert torch.equal(first.policy_parameters(observation), second.policy_parameters(observation))
    assert not torch.equal(first.policy_parameters(observation), other.policy_parameters(observation))


def test_a_policy_of_continuous_actions_starts_around_zero_and_keeps_its_bounds() -> None:
    settings = MLP(width=16, initial_std=0.5, min_std=0.4, max_std=0.6)
    made = make_network(settings, Spaces((3,), Actions("continuous", 2)), seed=0)
    policy = made.policy(torch.randn(50, 3))
    assert isinstance(policy, Gaussian)
    assert policy.mean.abs().max() < 0.1
    torch.testing.assert_close(policy.log_std.exp(), torch.full((50, 2), 0.5))
    with torch.no_grad():
        for _, parameter in made.policy_head.named_parameters():
            parameter.fill_(9.0)
    wide = made.policy(torch.randn(50, 3))
    assert isinstance(wide, Gaussian)
    torch.testing.assert_close(wide.log_std.exp(), torch.full((50, 2), 0.6))
    made.refresh_policy_head(seed=1)
    again = made.policy(torch.randn(50, 3))
    assert isinstance(again, Gaussian)
    torch.testing.assert_close(again.log_std.exp(), torch.full((50, 2), 0.5))


@pytest.mark.parametrize("activation", ["tanh", "relu", "swish"])
def test_fully_connected_layers_compute_what_their_modules_say(activation: Literal["tanh", "relu", "swish"]) -> None:
    body = fully_connected(MLP(width=16, depth=3, activation=activation), 5)
    seen = torch.randn(7, 5, generator=torch.Generator().manual_seed(0))
    for network in (body, deepcopy(body)):
        with torch.no_grad():
            for weight in network.parameters():
                weight.mul_(1.5)
        expected = seen
        for module in network:
            expected = module(expected)
        torch.testing.assert_close(network(seen), expected)


def test_categorical_samples_have_the_policys_probabilities() -> None:
    probabilities = torch.tensor([0.1, 0.6, 0.3, 0.0])
    policy = Categorical(probabilities.log().expand(20_000, 4))
    drawn = policy.sample(torch.Generator().manual_seed(0))
    share = torch.bincount(drawn, minlength=4) / len(drawn)
    torch.testing.assert_close(share, probabilities, atol=0.015, rtol=0)
    again = policy.sample(torch.Generator().manual_seed(0))
    assert torch.equal(drawn, again)
