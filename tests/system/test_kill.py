"""Kill the trainer, then the worker, then everything: the run succeeds with the numbers of an undisturbed one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gsl.client.models import Job, Run
from gsl.protocol.metrics import SYSTEM
from tests.system.product import Product, wait

EPOCHS = 48
STEPS = 16 * 32  # an epoch
CONFIG: dict[str, Any] = {
    "arm": "generalist",
    "seed": 11,
    "learner": {"num_envs": 16, "num_steps": 32, "micro_batch": 512},
    "evaluation": {"episodes": 2, "every_epochs": 12},
    "budget": {"total_steps": EPOCHS * STEPS},
}


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with Product(tmp_path / "data", lease_seconds=4) as product:
        yield product


def launch(product: Product) -> Run:
    return product.client.create_run(preset="forkmaze-quick", config=CONFIG)


def reach(product: Product, run: Run, epoch: int, key: str = "generalist-1") -> None:
    """Wait until the job has reported so many epochs."""
    wait(lambda: job(product, run, key).epochs >= epoch, 180)


def job(product: Product, run: Run, key: str) -> Job:
    return next(each for each in product.client.jobs(run.id) if each.key == key)


def stored(product: Product, run: Run, table: str, columns: str, keys: int) -> list[tuple[object, ...]]:
    """All rows of a run's jobs: the job's key and `columns`, the first `keys` of which make a row unique."""
    selected = [f"{table}.{column}" for column in columns.split()]
    rows = product.rows(
        f"SELECT job.key, {', '.join(selected)} FROM {table} JOIN job ON job.id = {table}.job_id "
        f"WHERE job.run_id = ? ORDER BY job.key, {', '.join(selected[:keys])}",
        run.id,
    )
    assert len({row[: keys + 1] for row in rows}) == len(rows)
    return rows


def curve(product: Product, run: Run) -> list[tuple[object, ...]]:
    """Every stored number of every epoch but the clock's and the machine's."""
    columns = "epoch steps job_steps episodes mean_return success_rate mean_length metrics"
    return [(*row[:-1], learned(str(row[-1]))) for row in stored(product, run, "epoch", columns, keys=1)]


def learned(metrics: str) -> dict[str, float]:
    return {name: value for name, value in json.loads(metrics).items() if name not in SYSTEM}


def returns(product: Product, run: Run) -> list[tuple[object, ...]]:
    columns = "source epoch variation episodes mean_return std_return success_rate mean_length"
    return stored(product, run, "variation_return", columns, keys=3)


def is_open_to_others(path: Path) -> bool:
    """Whether other users of the machine may read what the product made; this test made its log."""
    return bool(path.lstat().st_mode & 0o077) and path.name != "product.log"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_that_is_killed_again_and_again_ends_with_the_same_numbers(product: Product) -> None:
    undisturbed = launch(product)
    assert product.client.wait(undisturbed.id, every=0.3, timeout=180).status == "succeeded"

    disturbed = launch(product)
    for kill, at_epoch in (
        (product.kill_trainer, 10),
        (product.kill_worker, 20),
        (product.kill_everything, 30),
    ):
        reach(product, disturbed, at_epoch)
        kill()
    product.start()
    run = product.client.wait(disturbed.id, every=0.3, timeout=180)

    assert run.status == "succeeded"
    assert product.client.jobs(run.id)[0].attempt == 4
    expected = curve(product, undisturbed)
    assert [row[1] for row in expected] == list(range(1, len(expected) + 1))
    assert len(expected) > 40
    assert curve(product, disturbed) == expected
    assert returns(product, disturbed) == returns(product, undisturbed)
    assert [path.name for path in product.data_dir.iterdir() if is_open_to_others(path)] == []
    ledgers = [product.client.ledger(each.id) for each in (undisturbed, disturbed)]
    assert ledgers[0].by_purpose == ledgers[1].by_purpose


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_continuation_that_is_killed_ends_with_the_same_numbers(product: Product) -> None:
    """Its learner goes on from where the run before had ended, and again from where it was killed."""
    undisturbed, disturbed = launch(product), launch(product)
    for run in (undisturbed, disturbed):
        assert product.client.wait(run.id, every=0.3, timeout=180).status == "succeeded"
        product.client.continue_run(run.id, EPOCHS * STEPS)
        if run is disturbed:
            reach(product, run, 10, "continued-1")
            product.kill_trainer()
        assert product.client.wait(run.id, every=0.3, timeout=180).status == "succeeded"

    assert [job(product, run, "continued-1").attempt for run in (undisturbed, disturbed)] == [1, 2]
    expected = curve(product, undisturbed)
    assert [row[1] for row in expected if row[0] == "continued-1"] == list(range(1, EPOCHS + 1))
    assert curve(product, disturbed) == expected
    assert returns(product, disturbed) == returns(product, undisturbed)
    ledgers = [product.client.ledger(run.id) for run in (undisturbed, disturbed)]
    assert ledgers[0].by_purpose == ledgers[1].by_purpose
