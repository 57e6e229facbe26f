"""A network on several threads: the same gradients and figures as on one, the split measured once and kept."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gsl.config.networks import MLP, Impala, Network
from gsl.worker.nets import ActorCritic, make_network
from gsl.worker.nets.compiled import compiled
from gsl.worker.nets.parallel import Parallel, Split
from gsl.worker.nets.precision import Rounding
from gsl.worker.nets.splitting import candidates, choose_split
from gsl.worker.spaces import Actions, Spaces

PICTURES, VECTORS = (16, 16, 3), (3,)


def network_for(shape: tuple[int, ...]) -> ActorCritic:
    settings: Network = MLP(width=16) if len(shape) == 1 else Impala(channels=(4,), width=16)
    return make_network(settings, Spaces(shape, Actions("discrete", 4)), seed=1)


def observations(shape: tuple[int, ...], samples: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    if len(shape) == 1:
        return torch.randn(samples, *shape, generator=generator)
    return torch.randint(256, (samples, *shape), generator=generator, dtype=torch.uint8)


def gradients(network: ActorCritic, split: Split, seen: Tensor) -> tuple[list[Tensor], dict[str, float]]:
    network = deepcopy(network)

    def part(copy: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
        parameters, value = copy(seen[micro])
        loss = parameters.square().mean() + (value - 1).square().mean()
        return loss, {"loss": loss.detach(), "value": value.detach().mean()}

    said = Parallel(network, lambda: split).accumulate(len(seen), part)
    return [weight.grad for weight in network.parameters() if weight.grad is not None], said


@pytest.mark.parametrize("shape", [VECTORS, PICTURES])
@pytest.mark.parametrize("split", [Split(7, 1), Split(7, 2), Split(4, 3), Split(64, 2)])
def test_any_split_adds_up_to_the_whole(shape: tuple[int, ...], split: Split) -> None:
    network, seen = network_for(shape), observations(shape, 20)
    whole, said_whole = gradients(network, Split(20, 1), seen)
    parts, said_parts = gradients(network, split, seen)
    assert len(parts) == len(list(network.parameters()))
    for a, b in zip(parts, whole, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)
    assert said_parts == pytest.approx(said_whole, rel=1e-5)


def test_the_same_split_gives_the_same_bits() -> None:
    network, seen = network_for(PICTURES), observations(PICTURES, 64)
    (first, _), (second, _) = (gradients(network, Split(8, 2), seen) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_copies_follow_the_networks_weights() -> None:
    network, seen = network_for(PICTURES), observations(PICTURES, 10)
    parallel = Parallel(network, lambda: Split(8, 2))
    parallel(seen)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.1)
    parameters, value = parallel(seen)
    expected, expected_value = network(seen)
    torch.testing.assert_close(parameters, expected)
    torch.testing.assert_close(value, expected_value)
    assert not parameters.requires_grad
    torch.testing.assert_close(parallel.policy(seen).mode(), network.policy(seen).mode())


def test_an_error_in_a_thread_is_told() -> None:
    def part(network: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
        raise ValueError("a loss that cannot be computed")

    with pytest.raises(ValueError, match="cannot be computed"):
        Parallel(network_for(VECTORS), lambda: Split(2, 2)).accumulate(4, part)


def test_threads_leave_torchs_count_alone() -> None:
    before = torch.get_num_threads()
    Parallel(network_for(PICTURES), lambda: Split(2, 2))(observations(PICTURES, 4))
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("within", [1, 3])
def test_torchs_own_threads_are_for_learning_alone(within: int) -> None:
    before = torch.get_num_threads()
    with Parallel(network_for(VECTORS), lambda: Split(8, 1, within)).learning():
        assert torch.get_num_threads() == (before if within == 1 else within)
    assert torch.get_num_threads() == before


def choose_nothing() -> Split:
    raise AssertionError("the job goes on with the split it began with")


def test_a_restored_split_is_not_chosen_again() -> None:
    parallel = Parallel(network_for(VECTORS), choose_nothing)
    parallel.restore({"micro_batch": 5, "threads": 2})
    assert parallel.split == Split(5, 2)
    assert parallel.state() == {"micro_batch": 5, "threads": 2, "within": 1}


def test_the_split_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    network = network_for(PICTURES)
    first = choose_split(network, PICTURES, 128, None)
    assert first in candidates(network, PICTURES, 128, None)
    kept = json.loads((tmp_path / "gsl-lab" / "splits.json").read_text())
    assert list(kept.values()) == [{"micro_batch": first.micro_batch, "threads": first.threads, "within": 1}]
    other: dict[str, Any] = {"micro_batch": 16 if first.micro_batch != 16 else 32, "threads": 2}
    (tmp_path / "gsl-lab" / "splits.json").write_text(json.dumps(dict.fromkeys(kept, other)))
    assert choose_split(network, PICTURES, 128, None) == Split(**other)


def test_what_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    pictures, vectors = network_for(PICTURES), network_for(VECTORS)
    assert candidates(pictures, PICTURES, 100, None) == [Split(16, 2), Split(32, 2)]
    assert candidates(pictures, PICTURES, 8, None) == [Split(8, 1)]
    assert candidates(pictures, PICTURES, 100, 24) == [Split(24, 2)]
    assert candidates(vectors, VECTORS, 256, None) == [Split(256, 1)]
    assert candidates(vectors, VECTORS, 2**17 - 1, None) == [Split(2**17 - 1, 1), Split(2**17 - 1, 1, within=2)]
    assert candidates(vectors, VECTORS, 2**17, 512) == [Split(512, 1)]


@pytest.mark.parametrize("content", ["", "not JSON"])
def test_a_broken_cache_is_measured_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "gsl-lab").mkdir()
    (tmp_path / "gsl-lab" / "splits.json").write_text(content)
    assert choose_split(network_for(PICTURES), PICTURES, 128, None).micro_batch in (16, 32, 64, 128)


def test_bfloat16_is_close_and_gives_float32() -> None:
    network, seen = network_for(PICTURES), observations(PICTURES, 32)
    exact, _ = Parallel(network, lambda: Split(16, 1))(seen)
    for split in (Split(16, 1), Split(16, 2)):
        parallel = Parallel(network, choose_nothing, "bfloat16")
        parallel.restore({"micro_batch": split.micro_batch, "threads": split.threads})
        parameters, value = parallel(seen)
        assert parameters.dtype == value.dtype == torch.float32
        assert not torch.equal(parameters, exact)
        torch.testing.assert_close(parameters, exact, atol=0.02, rtol=0.05)


def test_gradients_of_bfloat16_belong_to_float32_weights() -> None:
    network, seen = network_for(PICTURES), observations(PICTURES, 32)

    def part(copy: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
        parameters, value = copy(seen[micro])
        loss = parameters.square().mean() + (value - 1).square().mean()
        return loss, {"loss": loss.detach()}

    said = Parallel(network, lambda: Split(8, 2), "bfloat16").accumulate(32, part)
    assert said["loss"] > 0
    assert {weight.grad.dtype for weight in network.parameters() if weight.grad is not None} == {torch.float32}


def test_tf32_is_set_and_taken_back() -> None:
    Rounding("tf32")
    assert torch.backends.cudnn.fp32_precision == torch.backends.cuda.matmul.fp32_precision == "tf32"
    Rounding("float32")
    assert torch.backends.cudnn.fp32_precision == torch.backends.cuda.matmul.fp32_precision == "ieee"


def test_a_compiled_network_computes_the_same() -> None:
    network = network_for(VECTORS)
    seen = observations(VECTORS, 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch, "compile", lambda module, mode: module)  # no C++ compiler needed: what is ours is tested
        parameters, value = compiled(network, "float32")(seen)
    expected, expected_value = network(seen)
    torch.testing.assert_close(parameters, expected)
    torch.testing.assert_close(value, expected_value)
    assert not parameters.requires_grad
