"""A run's mean return and score say what they were measured in, everywhere the same."""

from sqlmodel import col, select

from gsl.backend.db.models import Epoch, Job, Run
from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.figures.stored_run import Size, store_run

SIZE = Size(generalist=4, specialist=2, finetune=6, seen=4, evaluate_every=100)


def sources(api: ApiDriver, run_id: int) -> tuple[str | None, str | None]:
    """As the run's page and the list have them."""
    [listed] = [run for run in api.get("/runs")["items"] if run["id"] == run_id]
    run = api.get(f"/runs/{run_id}")
    names = ("mean_return", "mean_return_source", "score", "score_source")
    assert [run[name] for name in names] == [listed[name] for name in names]
    return run["mean_return_source"], run["score_source"]


def test_training_and_its_evaluations(api: ApiDriver) -> None:
    """The epoch is that of the last return: in the third none ended."""
    run_id = api.launch()
    job_id = api.job(run_id)
    assert sources(api, run_id) == (None, None)
    api.claim(job_id)
    api.report(job_id, started(), epoch(1), epoch(2), epoch(3, None))
    assert sources(api, run_id) == ("training, epoch 2", None)
    api.report(job_id, evaluation(3, [0.1, 0.9, 0.2, 0.8]), epoch(4))
    assert sources(api, run_id) == ("training, epoch 4", "evaluation in training, epoch 3")


def test_the_gate_has_an_evaluation_of_its_own(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    assert sources(api, run_id) == ("training, epoch 2", "evaluation before the gate")
    jobs = {job["key"]: job["mean_return_source"] for job in api.get(f"/runs/{run_id}/jobs")}
    assert jobs == {"generalist-1": "training", "evaluation-1": "evaluation"}


def test_a_finished_run_has_its_fine_tuning_and_final_evaluation(api: ApiDriver, services: Services) -> None:
    with services.database.write() as session:
        run_id = store_run(session, PRESETS["forkmaze"].config, SIZE)
        run = session.get_one(Run, run_id)
        run.mean_return, run.score = 1.0, 0.9
    assert sources(api, run_id) == ("fine-tuning, epoch 6", "final evaluation")


def test_a_later_job_is_named_because_its_epochs_count_from_one(api: ApiDriver, services: Services) -> None:
    with services.database.write() as session:
        run_id = store_run(session, PRESETS["forkmaze"].config, SIZE)
        session.get_one(Run, run_id).mean_return = 1.0
        finetune = session.exec(select(Job).where(Job.run_id == run_id, Job.kind == "finetune")).one()
        finetune.key = "finetune-2"
        last = select(Epoch).where(Epoch.job_id == finetune.id, col(Epoch.epoch) == 6)
        session.delete(session.exec(last).one())
    assert sources(api, run_id)[0] == "fine-tuning, epoch 5 (finetune-2)"
