"""What the gate knows of the training so far, read from rows as from reports."""

from typing import Any

from gsl.backend.db.models import Job, Run, VariationReturn
from gsl.backend.services.app_services import Services
from gsl.backend.store.training_history import history_before_gate
from gsl.config.presets import PRESETS
from gsl.method.outlook import Stretch


def job(run_id: int, key: str, kind: str, **more: Any) -> Job:
    return Job(run_id=run_id, key=key, kind=kind, phase=kind, status="succeeded", spec={}, budget_steps=1, **more)


def test_training_is_pooled_in_parts_once_the_gate_is_to_open(services: Services) -> None:
    config = PRESETS["forkmaze-quick"].config.model_dump(mode="json")
    with services.database.write() as session:
        run = Run(name="a", config=config, suite="forkmaze", arm="gsl", seed=1, total_steps=10)
        session.add(run)
        session.flush()
        assert run.id is not None
        jobs = [job(run.id, "generalist-1", "generalist", epochs=16), job(run.id, "evaluation-1", "evaluation")]
        session.add_all(jobs)
        session.flush()
        job_id = jobs[0].id
        assert job_id is not None
        for epoch in range(1, 17):
            for source in ("training", "evaluation"):
                session.add(
                    VariationReturn(
                        job_id=job_id, source=source, epoch=epoch, variation=7, episodes=1 + 2 * (epoch == 16),
                        mean_return=float(epoch == 16), success_rate=float(epoch == 16), mean_length=1.0,
                    )
                )  # fmt: skip
        session.flush()
        found = history_before_gate(session, jobs, [])
        assert [part.number for part in found[7]] == list(range(8))
        assert found[7][-1] == Stretch(7, 4, 0.75, 0.75)
        assert history_before_gate(session, jobs[:1], []) == {}
        last = [*jobs, job(run.id, "evaluation-final", "evaluation")]
        assert history_before_gate(session, last, []) == {}
