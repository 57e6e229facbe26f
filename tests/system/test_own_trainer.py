"""A run with a trainer of somebody's own, on the whole product: declared, dispatched, watched to its end."""

from pathlib import Path

import pytest

from gsl.client.errors import Refused
from tests.system.product import Product, wait
from tests.worker.trainer.external.own import declare, whole_run

LEASE_S = 20.0


def test_a_run_of_a_declared_trainer_ends_well_and_an_undeclared_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = declare(monkeypatch, tmp_path)
    config = whole_run().model_dump(mode="json")
    with Product(tmp_path / "data", LEASE_S, GSL_WORKERS="1", GSL_TRAINERS=str(file)) as product:
        wait(lambda: any("trainer:skilful" in worker.suites for worker in product.client.workers()), 60)
        with pytest.raises(Refused, match=r"no live worker can run trainer:other.*GSL_TRAINERS"):
            product.client.create_run("forkmaze-quick", config | {"learner": config["learner"] | {"trainer": "other"}})
        run = product.client.create_run("forkmaze-quick", config)
        wait(lambda: product.client.run(run.id).status in ("succeeded", "failed"), 120)
        ended = product.client.run(run.id)
        assert ended.status == "succeeded", ended.message
        assert {job.status for job in product.client.jobs(run.id)} == {"succeeded"}
        assert 0 < ended.spent_steps <= ended.total_steps
