"""Training jobs of PPG and SAC: they go on number for number, and specialists start as clones without experience."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.config.guides import GAIL, Replay
from gsl.config.learners import PPG, SAC
from gsl.config.method import EvaluationSettings
from gsl.config.networks import MLP
from gsl.config.run import RunConfig
from gsl.config.suites import GymnasiumSuite
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED
from tests.worker.jobs import TINY_MAZE, done, epochs, lines, numbers, prepare, spec, work
from tests.worker.learners.states import same
from tests.worker.trainer.test_training import StopAt

MAZE_PPG = TINY_MAZE.model_copy(
    update={
        "learner": PPG(network=MLP(width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=2, n_pi=3,
                       e_aux=2, learning_rate=3e-3),
    }
)  # fmt: skip
PENDULUM_SAC = RunConfig.model_validate(
    TINY_MAZE.model_dump()
    | {
        "suite": GymnasiumSuite(env_id="Pendulum-v1", time_limit=20, num_seeds=3, held_out_seeds=1, score_low=-300.0,
                                score_high=-50.0),
        "learner": SAC(network=MLP(width=16, activation="relu"), device="cpu", num_envs=8, num_steps=16, warm_up=256,
                       n_step=2, update_ratio=0.05, replay_batch=16, replay_size=1000),
        "guide": {"name": "none"},
        "evaluation": EvaluationSettings(episodes=1, every_epochs=0, held_out_sample=1),
        "arm": "generalist",
    }
)  # fmt: skip
BY_RETURN = TINY_MAZE.model_copy(
    update={"demonstrations": TINY_MAZE.demonstrations.model_copy(update={"filter": "return"})}
)
CONFIGS = {"ppg": MAZE_PPG, "sac": PENDULUM_SAC}


def job(name: str, kind: str = "generalist", **changes: Any) -> Any:
    config = CONFIGS[name]
    return spec(kind, config, **({"budget_steps": 8 * config.learner.batch_size} | changes))


@pytest.mark.parametrize("name", CONFIGS)
def test_a_stopped_job_goes_on_number_for_number(tmp_path: Path, name: str) -> None:
    undisturbed = done(tmp_path / "undisturbed", job(name))
    folder = prepare(tmp_path / "stopped", job(name))
    assert work(folder, StopAt(folder, 4)) == EXIT_STOPPED
    assert load(folder.resume)["learner"]["experience"]
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)
    assert "experience" not in load(folder.resume)["learner"]
    assert work(folder) == EXIT_ENDED, "a trainer that was killed before it could tell its result"
    learned = "clone_kl" if name == "ppg" else "critic_loss"
    assert any(learned in report.metrics for report in epochs(folder))


@pytest.mark.parametrize("name", CONFIGS)
def test_a_specialist_starts_as_a_clone(tmp_path: Path, name: str) -> None:
    source = done(tmp_path / "generalist", job(name, budget_steps=4 * 128))
    clone = job(name, "specialist", index=1, start="clone_fresh_head", seed=11, budget_steps=4 * 128)
    folder = done(tmp_path / "specialist", clone, source.resume)
    assert epochs(folder)[-1].metrics


def test_fine_tuning_replays_demonstrations_and_what_the_generalist_played(tmp_path: Path) -> None:
    """It goes on number for number too, and specialists begin without what was played on other variations."""
    by_return = TINY_MAZE.demonstrations.model_copy(update={"filter": "return"})
    config = PENDULUM_SAC.model_copy(update={"guide": Replay(), "demonstrations": by_return})
    source = done(tmp_path / "generalist", job("sac", budget_steps=4 * 128))
    recording = spec("demonstrations", config, index=1, start="clone", budget_steps=0,
                     thresholds=dict.fromkeys(config.suite.training_variations(), -1e9))  # fmt: skip
    shown = (done(tmp_path / "shown", recording, source.resume).path / "demonstrations-1.npz",)
    tuning = spec("finetune", config, start="resume", budget_steps=4 * 128)
    undisturbed = done(tmp_path / "tuned", tuning, source.resume, shown)
    first = epochs(undisturbed)[0].metrics
    assert first["replayed_steps"] == 5 * 128
    without = done(tmp_path / "alone", tuning, source.resume)
    assert epochs(without)[0].metrics["critic_loss"] != first["critic_loss"]
    folder = prepare(tmp_path / "stopped", tuning, source.resume, shown)
    assert work(folder, StopAt(folder, 2)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)
    clone = job("sac", "specialist", index=1, start="clone", budget_steps=4 * 128)
    assert epochs(done(tmp_path / "specialist", clone, source.resume))[0].metrics["replayed_steps"] == 128


def phase_of_eight(**changes: Any) -> RunConfig:
    evaluation = EvaluationSettings(episodes=1, every_epochs=changes.pop("every_epochs", 0), held_out_sample=0)
    learner = MAZE_PPG.learner.model_copy(update={"n_pi": 8} | changes)
    return MAZE_PPG.model_copy(update={"learner": learner, "evaluation": evaluation})


def network_of(file: Path) -> dict[str, Any]:
    network: dict[str, Any] = load(file)["learner"]["network"]
    return network


@pytest.mark.parametrize(("kind", "every_epochs"), [("generalist", 0), ("specialist", 0), ("specialist", 2)])
def test_a_job_ends_with_the_phase_it_has(tmp_path: Path, kind: str, every_epochs: int) -> None:
    """Four epochs of a phase of eight: what is kept and measured has been through the auxiliary phase."""
    aux = {"e_aux": 1, "every_epochs": every_epochs}
    whole, none = (phase_of_eight(aux_learning_rate=rate, **aux) for rate in (1e-2, 1e-12))
    budget = 4 * 128 + (160 if kind == "specialist" else 0)
    folders = [
        done(tmp_path / str(number), spec(kind, config, index=1, budget_steps=budget, held_out=()))
        for number, config in enumerate((whole, none))
    ]
    with_phase, without = (network_of(folder.resume) for folder in folders)
    assert [report.epoch for report in epochs(folders[0])] == [1, 2, 3, 4]
    assert np.abs(with_phase["policy_body.0.weight"] - without["policy_body.0.weight"]).max() > 1e-3
    announced = [line for line in lines(folders[0]) if line.type == "artifact"]
    assert same(network_of(folders[0].path / announced[-1].path), with_phase)
    if kind == "specialist":
        [*_, measured] = [line for line in lines(folders[0]) if line.type == "evaluation"]
        [*_, best] = [line for line in announced if line.kind == "best"]
        assert measured.epoch == 4
        assert best.epoch < 4 or same(network_of(folders[0].path / best.path), with_phase)


@pytest.mark.parametrize("epoch", [2, 4])
def test_a_stopped_job_ends_with_the_same_phase(tmp_path: Path, epoch: int) -> None:
    job = spec("generalist", phase_of_eight(), budget_steps=4 * 128)
    undisturbed = done(tmp_path / "undisturbed", job)
    folder = prepare(tmp_path / "stopped", job)
    assert work(folder, StopAt(folder, epoch)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert same(load(folder.resume)["learner"], load(undisturbed.resume)["learner"])
    announced = [line for line in lines(folder) if line.type == "artifact"]
    assert same(network_of(folder.path / announced[-1].path), network_of(undisturbed.resume))


def test_the_scale_of_rewards_restarts_once_gail_pays_and_once_it_no_longer_does(tmp_path: Path) -> None:
    """It counts the steps of the jobs that were paid alike."""
    paid = TINY_MAZE.model_copy(update={"guide": GAIL(updates=1)})
    source = done(tmp_path / "generalist", spec(budget_steps=10 * 128, held_out=()))
    anything = spec("demonstrations", BY_RETURN, index=1, start="clone", budget_steps=0,
                    thresholds=dict.fromkeys(TINY_MAZE.suite.training_variations(), -1.0))  # fmt: skip
    shown = (done(tmp_path / "shown", anything, source.resume).path / "demonstrations-1.npz",)
    plain = done(tmp_path / "plain", spec("finetune", paid, start="resume", budget_steps=2 * 128), source.resume)
    tuned = done(tmp_path / "tuned", spec("finetune", paid, start="resume", budget_steps=2 * 128), source.resume, shown)
    clone = spec("specialist", paid, index=1, start="clone", budget_steps=2 * 128)
    after = done(tmp_path / "specialist", clone, tuned.resume)
    steps = [load(folder.resume)["learner"]["rewards"]["count"] for folder in (source, plain, tuned, after)]
    assert [round(count) for count in steps] == [10 * 128, 12 * 128, 2 * 128, len(epochs(after)) * 128]
