"""`gsl slurm`, at a real server, with a stand-in for Slurm whose nodes start nothing here."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gsl.cli.outcomes import Failure
from gsl.cli.slurm import batch
from gsl.cli.slurm.command import _gpus
from gsl.cli.slurm.demand import Kind
from gsl.cli.slurm.job import WorkerJob, template_of
from gsl.cli.slurm.keeper import Keeper, alone
from tests.cli.conftest import Ended
from tests.cli.slurm.cluster import Cluster
from tests.worker.real_api import TOKEN, RealApi

ROOT = Path(__file__).parents[3]
Slurm = Callable[..., Ended]


def test_workers_are_submitted_for_what_waits_and_found_again(slurm: Slurm, cluster: Cluster) -> None:
    first = slurm("--most", 3)
    assert (first.code, first.err) == (0, "")
    assert "2 jobs wait; no workers; submitted 2" in first.out
    again = slurm("--most", 3)
    assert "2 pending (Resources)" in again.out
    assert "submitted" not in again.out
    assert [job.name for job in cluster.jobs.values()] == ["gsl-worker", "gsl-worker"]


def test_what_a_worker_is_submitted_with(slurm: Slurm, cluster: Cluster, busy: RealApi, tmp_path: Path) -> None:
    asked = ["--partition", "gpu", "--gres", "gpu:a100:2", "--cpus", 4, "--mem", "16G", "--time", 60, "--label", "a100"]
    further = ["--sbatch", "--account=lab", "--folder", "/scratch/$USER", "--server", "http://gsl.lan:8000"]
    assert slurm("--most", 1, "--name", "big", "--logs", tmp_path, *asked, *further).code == 0
    (job,) = cluster.jobs.values()
    wanted = {
        "partition": "gpu", "gres": "gpu:a100:2", "cpus-per-task": "4", "mem": "16G", "time": "60", "account": "lab",
        "job-name": "big", "signal": "B:TERM@90", "output": f"{tmp_path}/big-%j.log", "export": "ALL",
    }  # fmt: skip
    assert job.options.items() >= wanted.items()
    assert "no-requeue" in job.options
    for part in (
        "exec ", " worker --server http://gsl.lan:8000 --exit-when-idle --idle-seconds 60 --until 58 --label a100",
        ' --folder "/scratch/$USER"', ' --name "big-$SLURM_JOB_ID@$(hostname -s)"',
    ):  # fmt: skip
        assert part in job.script
    assert TOKEN not in job.script + " ".join(job.options.values())
    assert job.environment["GSL_WORKER_TOKEN"] == TOKEN
    assert not {"GSL_TOKEN", "CUDA_VISIBLE_DEVICES"} & job.environment.keys()


def test_a_script_of_one_s_own_becomes_the_worker(slurm: Slurm, cluster: Cluster, tmp_path: Path) -> None:
    own = tmp_path / "own.sh"
    own.write_text("#!/bin/bash\nmodule load cuda\nexec {worker}\n")
    assert slurm("--most", 1, "--script", own).code == 0
    (job,) = cluster.jobs.values()
    assert job.script.startswith("#!/bin/bash\nmodule load cuda\nexec ")
    assert "{worker}" not in job.script


@pytest.mark.parametrize(
    ("text", "named"),
    [("exec {worker}\n", "#!/bin/bash"), ("#!/bin/sh\n{worker}\n", "exec"), ("#!/bin/sh\necho\n", "exec {worker}")],
)
def test_a_script_that_would_not_work_is_refused(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "own.sh").write_text(text)
    with pytest.raises(Failure, match=named):
        template_of(tmp_path / "own.sh")


def test_an_sbatch_that_refuses_is_said_and_left_alone_for_a_while(
    slurm: Slurm, cluster: Cluster, busy: RealApi
) -> None:
    ended = slurm("--most", 2, "--partition", "nowhere")
    assert ended.code == 1
    assert "Invalid partition name specified" in ended.out
    now = [0.0]
    job = WorkerJob("gsl-worker", busy.url, 60, 60, partition="nowhere")
    waits = []
    with closing(Keeper(busy.client, Kind("gsl-worker", 2), job, TOKEN, clock=lambda: now[0])) as kept:
        for _ in range(7):
            asked = len(submissions(cluster))
            assert "Invalid partition" in kept.look()
            kept.look()
            assert len(submissions(cluster)) == asked + 1  # not again before its pause is over
            waits.append(kept._not_before - now[0])
            now[0] = kept._not_before
    page = next(worker for worker in busy.client.workers() if worker.name == "gsl-worker (gsl slurm)")
    assert (page.live, page.device) == (True, "Slurm")
    assert "Invalid partition" in (page.trouble or "")
    assert waits == [30, 60, 120, 240, 480, 600, 600]
    assert not cluster.jobs


def submissions(cluster: Cluster) -> list[list[str]]:
    return [call for call in cluster.calls if call[0] == "sbatch"]


def test_what_was_taken_before_a_refusal_stays_and_the_rest_follows(cluster: Cluster, busy: RealApi) -> None:
    now = [0.0]
    job = WorkerJob("w", busy.url, 60, 60)
    cluster.refuses["sbatch"] = "Batch job submission failed: Job violates accounting/QOS policy"
    with closing(Keeper(busy.client, Kind("w", 2), job, TOKEN, clock=lambda: now[0])) as kept:
        assert "QOS policy" in kept.look()
        del cluster.refuses["sbatch"]
        now[0] = 31
        assert "submitted 2" in kept.look()
        assert kept.refusal == ""


@pytest.mark.parametrize(
    ("program", "says", "named"),
    [("squeue", "Unable to contact slurm controller", "slurm controller"), ("squeue", "", "squeue")],
)
def test_without_squeue_nothing_is_submitted(
    slurm: Slurm, cluster: Cluster, program: str, says: str, named: str
) -> None:
    """What there is already is unknown then."""
    cluster.refuses[program] = says
    ended = slurm("--most", 2)
    assert ended.code == 1
    assert named in ended.err
    assert not submissions(cluster)


def test_a_machine_without_slurm_says_so(slurm: Slurm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    ended = slurm("--most", 2)
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert "squeue is not installed" in ended.err


@pytest.mark.parametrize("line", ["12|PENDING", "abc|PENDING|2026-01-01T00:00:00||None", "1|PENDING|yesterday||None"])
def test_an_answer_of_another_kind_is_said(line: str) -> None:
    with pytest.raises(batch.SlurmError, match="unknown form"):
        batch._parsed(line)


def test_two_at_once_do_not_both_submit(slurm: Slurm, cluster: Cluster) -> None:
    with alone("gsl-worker"):
        ended = slurm("--most", 2)
    assert ended.code == 1
    assert f"process {os.getpid()}" in ended.err
    assert "--name" in ended.err
    assert not cluster.jobs
    assert slurm("--most", 2).code == 0


def test_two_on_different_machines_end_up_with_no_more_than_asked(cluster: Cluster, busy: RealApi) -> None:
    """Their locks do not know of each other; the newest jobs that have not started are cancelled."""
    for number in (1, 2, 3):
        batch.submit(WorkerJob("w", busy.url, 60, 60).options, "#!/bin/sh\n", {})
        assert len(cluster.jobs) == number
    with closing(Keeper(busy.client, Kind("w", 2), WorkerJob("w", busy.url, 60, 60), TOKEN)) as kept:
        assert "cancelled 1" in kept.look()
    assert [job.id for job in cluster.going()] == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        ((), 2, "--most"),
        (("--most", 0), 2, "--most"),
        (("--most", 1, "--time", 1), 2, "--time"),
        (("--most", 1, "--name", "my worker"), 2, "--name"),
        (("--most", 1, "--script", "nowhere.sh"), 1, "nowhere.sh"),
    ],
)
def test_a_wrong_option_is_named(slurm: Slurm, arguments: tuple[object, ...], code: int, named: str) -> None:
    ended = slurm(*arguments)
    assert ended.code == code, ended.err
    assert named in ended.err


def test_it_needs_the_workers_token_and_one_that_may_read(slurm: Slurm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSL_TOKEN", "no-such-token")
    assert slurm("--most", 1).code == 3
    monkeypatch.delenv("GSL_WORKER_TOKEN")
    ended = slurm("--most", 1)
    assert ended.code == 2
    assert "GSL_WORKER_TOKEN" in ended.err


def test_slots_are_counted_by_gpus() -> None:
    asked = [None, "gpu", "gpu:4", "gpu:a100:2", "gpu:1g.10gb:3", "shard:8"]
    assert [_gpus(gres) for gres in asked] == [1, 1, 4, 2, 3, 1]


def test_it_looks_again_and_again_until_a_signal(slurm: Slurm, cluster: Cluster, busy: RealApi, tmp_path: Path) -> None:
    """Through an outage of the server, which it says once."""
    command = [sys.executable, "-m", "gsl.cli.main", "slurm", "--most", "2", "--every", "1"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert "submitted 2" in next(lines)
        assert "2 pending" in next(lines)
        busy.go_away()
        assert "no answer" in next(lines)
        busy.come_back()
        assert "2 pending" in next(lines)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert list(lines) == []
    assert len(cluster.jobs) == 2
