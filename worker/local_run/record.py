"""The record of a local run, which a server can import."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gsl.phases.state import GateOpening
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import ArtifactReport, ProvenanceReport, Report, StartedReport
from gsl.record import GateRecord, JobRecord, RunRecord, rounded
from gsl.worker.local_run import LocalRun

AUTOMATIC = "automatic approval"
_TIMELESS = ArtifactReport | ProvenanceReport | StartedReport


def record_of(this: LocalRun, name: str, ended_at: datetime, *, arm_name: str = "", error: str = "") -> RunRecord:
    """The whole run with rounded numbers; `error` is the message of the job that failed.

    The record assumes that jobs ran one after another, each as long as its reports took, the last until `ended_at`.
    """
    lengths = {key: _seconds(this, key) for key in this.specs}
    clock = created_at = ended_at - timedelta(seconds=sum(lengths.values()))
    jobs, ends = [], dict[str, datetime]()
    for key, spec in this.specs.items():
        started, clock = clock, clock + timedelta(seconds=lengths[key])
        ends[key] = clock
        jobs.append(_job(this, spec, started, clock, error))
    return rounded(
        RunRecord(
            name=name[:200],
            arm_name=arm_name,
            config=this.config,
            status="failed" if error or this.status != "succeeded" else "succeeded",
            phase=jobs[-1].work.phase if jobs else "generalist",
            cycle=max((job.work.cycle for job in jobs), default=1),
            message=(_last_line(error) if error else this.message)[:2000],
            created_at=created_at,
            ended_at=ended_at,
            jobs=tuple(jobs),
            gates=tuple(_gate(opening, ends.get(opening.evaluation, ended_at)) for opening in this.openings),
        )
    )


def _job(this: LocalRun, spec: JobSpec, started: datetime, ended: datetime, error: str) -> JobRecord:
    view = next((job for job in this.jobs if job.key == spec.key), None)
    return JobRecord(
        work=spec.work,
        status="failed" if view is None else "succeeded",
        start_steps=this.starts[spec.key],
        reports=tuple(_reports(this, spec.key)),
        result=this.result(spec.key),
        error="" if view is not None else error[-4000:],
        started_at=started,
        ended_at=ended,
    )


def _reports(this: LocalRun, key: str) -> Iterator[Report]:
    """What a server would have received; of several starts only the first, and without this machine's particulars."""
    started = False
    for line in this.lines(key):
        if not isinstance(line, ArtifactReport | ProvenanceReport) and not (
            started and isinstance(line, StartedReport)
        ):
            yield line
        started = started or isinstance(line, StartedReport)


def _seconds(this: LocalRun, key: str) -> float:
    return sum(line.seconds for line in this.lines(key) if not isinstance(line, _TIMELESS))


def _gate(opening: GateOpening, at: datetime) -> GateRecord:
    return GateRecord(
        opening=opening, status="approved", action="approve", decision=opening.proposal, decided_by=AUTOMATIC,
        created_at=at, decided_at=at,
    )  # fmt: skip


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]
