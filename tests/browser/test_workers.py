"""The page of workers: a worker is drained, and a waiting run is moved up in the queue, by keyboard."""

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
