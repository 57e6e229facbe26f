"""The page of workers: how busy they are, draining, and a waiting run that is moved up in the queue, by keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver


def test_a_worker_is_drained_and_takes_jobs_again(page: Page, stage: ApiDriver) -> None:
    stage.announce("drained", "forkmaze")
    page.goto("/workers")
    card = page.get_by_role("region", name="Worker drained")
    card.get_by_role("button", name="Drain").click()
    expect(card.get_by_test_id("worker-state")).to_have_text("draining")
    expect(card).to_contain_text("Takes no new job.")
    card.get_by_role("button", name="Take jobs again").click()
    expect(card.get_by_test_id("worker-state")).to_have_text("idle")


def test_a_program_that_starts_workers_says_what_keeps_it_from_that(page: Page, stage: ApiDriver) -> None:
    """And is no worker itself: it is neither counted nor drained."""
    name = "cluster (gsl slurm)"
    stage.announce("counted", "forkmaze")
    page.goto("/workers")
    live = len([worker for worker in stage.get("/workers") if worker["live"] and worker["suites"]])
    stage.announce(name, trouble="sbatch ended with code 1: Invalid partition name specified", device="Slurm")
    card = page.get_by_role("region", name=f"Worker {name}")
    expect(card).to_contain_text("Starts no workers. sbatch ended with code 1: Invalid partition name specified")
    expect(card.get_by_test_id("worker-state")).to_have_text("in trouble")
    expect(card.get_by_role("button", name="Drain")).to_have_count(0)
    expect(page.get_by_text(f"{live} live worker")).to_be_visible()
    stage.announce(name, device="Slurm")
    expect(card).to_contain_text("Starts workers while jobs wait.")
    expect(card.get_by_test_id("worker-state")).to_have_text("ready")


def test_gpus_and_the_speed_are_shown_and_an_earlier_version_has_neither(page: Page, stage: ApiDriver) -> None:
    gpu = {"name": "NVIDIA H100", "memory_used": 10 << 30, "memory_total": 80 << 30, "use": 0.45}
    memory = {"memory_used": 3 << 30, "memory_total": 8 << 30}
    use = {"processor": 1.5, "cores": 16, **memory, "gpus": [gpu, gpu | {"use": None}], "steps_per_second": 12345.6}
    stage.announce("with-gpus", "forkmaze", use=use)
    stage.announce("earlier", "forkmaze")
    page.goto("/workers")
    shown = page.get_by_label("Use of with-gpus", exact=True)
    for text in ("45 %", "10.0 of 80.0 GiB", "not told", "12,346 steps/s", "1.5 of 16 cores"):
        expect(shown.get_by_text(text, exact=True).first).to_be_visible()
    page.get_by_text("24 h", exact=True).click()
    expect(page).to_have_url(re.compile("hours=24"))
    expect(shown).to_contain_text("Processor")
    expect(page.get_by_role("region", name="Worker earlier")).to_contain_text("Waiting for a job.")
    expect(page.get_by_label("Use of earlier", exact=True)).to_have_count(0)


def test_a_run_moves_up_in_the_queue_by_keyboard(page: Page, stage: ApiDriver) -> None:
    run = stage.launch(priority=9)
    page.goto("/workers")
    up = page.get_by_role("button", name=f"Raise the priority of run {run}", exact=True)
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_enabled()
    for _ in range(40):
        if stage.get(f"/runs/{run}")["priority"] == 10:
            break
        page.wait_for_timeout(250)
    assert stage.get(f"/runs/{run}")["priority"] == 10
    stage.post(f"/runs/{run}/cancel")
