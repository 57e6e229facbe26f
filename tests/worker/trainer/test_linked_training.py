"""Training jobs of LEEP on bootstrap samples: they go on number for number, and members keep their samples."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gsl.config.learners import LEEP
from gsl.config.networks import MLP
from gsl.config.run import RunConfig
from gsl.config.sampling import BootstrapSampling, PrioritizedSampling
from gsl.config.suites import ClassificationSuite
from gsl.worker.envs.classification import digits
from gsl.worker.job.alike import why_alone
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED, JobFolder
from gsl.worker.nets.linked import LinkedPolicy
from gsl.worker.trainer.learner import load_learner
from tests.worker.jobs import TINY_MAZE, done, epochs, numbers, prepare, spec, work
from tests.worker.trainer.test_training import StopAt

SMALL: dict[str, Any] = {"network": MLP(width=16), "device": "cpu", "num_envs": 8, "num_steps": 16,
                         "num_minibatches": 2, "members": 2}  # fmt: skip
GUESSING = RunConfig.model_validate(
    TINY_MAZE.model_dump()
    | {
        "suite": ClassificationSuite(images=12, held_out_images=4),
        "learner": LEEP(**SMALL),
        "sampling": BootstrapSampling(),
        "demonstrations": {"filter": "return", "per_variation": 1, "generalist_per_variation": 1},
        "guide": {"name": "none"},
    }
)


def job(config: RunConfig = GUESSING, kind: str = "generalist", **changes: Any) -> Any:
    return spec(kind, config, **({"budget_steps": 8 * config.learner.batch_size} | changes))


def samples(folder: JobFolder) -> list[list[int]]:
    found: list[list[int]] = load(folder.resume)["sampler"]["samples"]
    return found


@pytest.mark.parametrize("sampling", [BootstrapSampling(), PrioritizedSampling()], ids=lambda each: each.name)
def test_a_stopped_job_goes_on_number_for_number(sampling: Any, tmp_path: Path) -> None:
    config = GUESSING.model_copy(update={"sampling": sampling})
    undisturbed = done(tmp_path / "undisturbed", job(config))
    folder = prepare(tmp_path / "stopped", job(config))
    assert work(folder, StopAt(folder, 4)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)
    assert all("link_kl" in report.metrics for report in epochs(folder))


def test_members_keep_their_samples_in_every_job_of_a_run(tmp_path: Path) -> None:
    source = done(tmp_path / "generalist", job(budget_steps=2 * 128))
    tuned = done(tmp_path / "tuned", job(kind="finetune", start="resume", seed=8, budget_steps=2 * 128), source.resume)
    other = done(tmp_path / "other", job(GUESSING.model_copy(update={"seed": 1}), budget_steps=2 * 128))
    assert samples(tuned) == samples(source) != samples(other)
    assert samples(source)[0] != samples(source)[1]


def test_a_specialist_of_one_image_is_a_clone_of_all_members(tmp_path: Path) -> None:
    source = done(tmp_path / "generalist", job(budget_steps=2 * 128))
    [variation, *_] = GUESSING.suite.training_variations()
    own = job(kind="specialist", index=1, start="clone", variations=(variation,), budget_steps=4 * 128, held_out=())
    folder = done(tmp_path / "specialist", own, source.resume)
    assert samples(folder) == [[variation], [variation]]
    assert why_alone(own, on_cpu=True) == "LEEP trains by itself"


def test_the_link_beats_its_most_likely_label_and_a_member_on_images_that_were_not_seen(tmp_path: Path) -> None:
    """By the exact expectation over guesses: of a policy that gives the right label p, -sum of (1 - p)^t to 20."""
    learner = LEEP(network=MLP(width=32), device="cpu", num_envs=32, num_steps=32, num_minibatches=4, update_epochs=4,
                   learning_rate=3e-3, gamma=0.99, norm_reward=False)  # fmt: skip
    suite = ClassificationSuite(images=50, held_out_images=1000)
    config = GUESSING.model_copy(update={"suite": suite, "learner": learner})
    trained = job(config, budget_steps=40 * learner.batch_size, held_out=())
    network = load_learner(trained, load(done(tmp_path, trained).resume)).network
    assert isinstance(network, LinkedPolicy)
    images, labels = (table[list(suite.held_out_variations())] for table in digits())
    with torch.no_grad():
        linked = network.policy_parameters(torch.from_numpy(images)).exp().numpy()
        members = network.everyone(torch.from_numpy(images)).exp().numpy()
    of_link = expected(linked, labels)
    assert of_link > -20 * float((linked.argmax(1) != labels).mean()) + 1
    assert of_link > max(expected(member, labels) for member in members) + 0.5


def expected(probabilities: Any, labels: Any) -> float:
    right = probabilities[np.arange(len(labels)), labels]
    return -float(sum((1 - right) ** t for t in range(1, 21)).mean())
