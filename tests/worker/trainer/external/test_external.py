"""A trainer of somebody's own goes through a whole run; it is stopped, and goes on; its mistakes are named."""

from pathlib import Path

import pytest

from gsl.protocol.reports import DemonstrationsReport, EpochReport, EvaluationReport
from gsl.worker.inference import load_policy
from gsl.worker.job.checkpoint import CheckpointError
from gsl.worker.job.declared_trainers import FILE, DeclarationError, declared, named
from gsl.worker.job.folder import EXIT_STOPPED, JobFolder
from gsl.worker.job.spool import read_all
from gsl.worker.local_run import LocalRun
from gsl.worker.trainer.external.check import Check, main
from gsl.worker.trainer.external.process import TrainerError
from gsl.worker.trainer.stop import StopRequest
from tests.worker.jobs import prepare, spec, work
from tests.worker.trainer.external.own import config, declare, whole_run


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declare(monkeypatch, tmp_path)


def test_a_run_goes_through_all_phases(tmp_path: Path) -> None:
    run = LocalRun(whole_run(), tmp_path / "run").finish()
    assert run.status == "succeeded", run.message
    kinds = {job.kind for job in run.jobs}
    assert kinds == {"generalist", "evaluation", "specialist", "demonstrations", "finetune"}
    lines = {job.key: read_all(next((tmp_path / "run").glob(f"{job.key}-*")) / "spool.jsonl") for job in run.jobs}
    steps = sum(line.steps for each in lines.values() for line in each if isinstance(line, EpochReport))
    assert steps % 256 == 0
    finetuned = [line for line in lines["finetune-1"] if isinstance(line, EpochReport)]
    evaluated = [line for line in lines["evaluation-final"] if isinstance(line, EvaluationReport)]
    assert evaluated[0].training[0].episodes == 2
    assert evaluated[0].held_out
    assert finetuned[-1].mean_return is not None
    kept = [line for line in lines["demonstrations-1-1"] if isinstance(line, DemonstrationsReport)]
    assert [count.kept for count in kept[0].counts] == [2]


def test_criterion_h_ends_the_training_at_its_epoch(tmp_path: Path) -> None:
    flat = config().model_copy(update={"plateau": whole_run().plateau})
    folder = prepare(tmp_path / "flat", spec(config=flat, stop_at_plateau=True, budget_steps=100 * 256))
    assert work(folder) == 0
    result = folder.read_result()
    assert result is not None
    epochs = [line for line in read_all(folder.spool) if isinstance(line, EpochReport)]
    assert (result.outcome, result.epochs) == ("plateau", epochs[-1].epoch)
    assert [line.epoch for line in epochs if line.plateau] == [result.epochs]


class _StopAtOnce(StopRequest):
    @property
    def requested(self) -> bool:
        return True


def test_a_stopped_job_resumes_with_the_same_numbers(tmp_path: Path) -> None:
    job = spec(config=config(), budget_steps=5 * 256)
    undisturbed, stopped = prepare(tmp_path / "a", job), prepare(tmp_path / "b", job)
    assert work(undisturbed) == 0
    for _ in range(4):
        assert work(stopped, _StopAtOnce()) == EXIT_STOPPED
    assert work(stopped) == 0
    assert _returns(stopped) == _returns(undisturbed)
    assert len(_returns(stopped)) == 5


def _returns(folder: JobFolder) -> list[object]:
    return [(line.epoch, line.returns) for line in read_all(folder.spool) if isinstance(line, EpochReport)]


def test_silence_is_no_sign_of_life(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "silent", spec(config=config("nonsense"), budget_steps=256))
    stop = StopRequest(folder.stop, folder.alive)
    stop.check_in_silence()
    assert not folder.alive.exists()
    with pytest.raises(TrainerError):
        work(folder, stop)
    assert folder.alive.exists()  # it said something


def test_its_policy_is_for_itself_alone(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "one", spec(config=config(), budget_steps=256))
    assert work(folder) == 0
    with pytest.raises(CheckpointError, match="alone can use it"):
        load_policy(folder.resume)


MISTAKES = {
    "nonsense": "not JSON", "an unknown line": "thought", "a misspelt field": "epoch.steps",
    "another variation": "variation 99", "an endless episode": "1000000", "too many steps": "512 steps",
    "leaves early": "exited before", "fails": "exit code 3", "dies in the middle": "SIGKILL",
    "saves nothing": "not there", "plays too few": "played 1 training episodes", "keeps anything": "must exceed",
    "no success": "success is missing", "goes on after the end": "after it was told to end",
    "steps backwards": "epoch.steps", "says nothing": "exited before", "never evaluates": "played 0 training episodes",
    "never demonstrates": "wrote no file", "a newer protocol": "exit code 1",
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, mistake: str) -> None:
    with pytest.raises(TrainerError) as said:
        list(Check(config(mistake), tmp_path).steps())
    assert MISTAKES[mistake] in str(said.value)


def test_the_check_says_what_went_well_and_whether_it_resumes_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skilful"]) == 0
    assert len([line for line in capsys.readouterr().out.splitlines() if line.startswith("ok")]) == 6
    assert main(["skilful", '{"learner": {"arguments": {"mistake": "forgets on resuming"}}}']) == 0
    assert "other returns" in capsys.readouterr().out
    assert main(["skilled"]) == 1
    assert "did you mean skilful?" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\ncommand = []", "command"),
        ("[a]\ncommand = ['python']\nfolder = 'here'", "folder"),
        ("[a]\ncommand = ['no-such-program']", "no-such-program"),
        ("[a]\ncommand = ['python']\nfoldr = '/'", "foldr"),
        ("[a", "cannot be read"),
    ],
)
def test_a_wrong_declaration_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "wrong.toml").write_text(text)
    monkeypatch.setenv(FILE, str(tmp_path / "wrong.toml"))
    with pytest.raises(DeclarationError, match=said):
        declared()


def test_only_what_is_declared_runs() -> None:
    with pytest.raises(DeclarationError, match="declares no trainer 'other'"):
        named("other")
