"""What the page says while a run waits, starts and goes on: its steps, its activity, its time left."""

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver, epoch, evaluation, started


def test_a_run_is_queued_then_starting_and_its_step_moves_forwards(page: Page, stage: ApiDriver) -> None:
    stage.announce("w1", "forkmaze")
    others = [stage.launch(name=f"ahead {n}") for n in range(2)]
    run = stage.launch(name="last in line")
    page.goto(f"/runs/{run}?tab=jobs")
    activity, steps = page.get_by_test_id("job-activity"), page.get_by_role("list", name="Phases")
    expect(activity).to_contain_text("ahead")
    ahead = int(activity.inner_text().split()[1])
    assert ahead >= len(others)
    stage.post(f"/runs/{others[0]}/cancel")
    expect(activity).to_have_text(f"Queued, {ahead - 1} ahead")

    job = stage.job(run)
    stage.claim(job)
    expect(activity).to_have_text("Starting on worker w1")
    expect(page.get_by_test_id("step-activity")).to_contain_text("Starting on worker w1")
    stage.report(job, started(), epoch(1))
    expect(activity).to_have_count(0)
    expect(steps.locator("[aria-current=step]")).to_contain_text("Generalist")
    stage.finish(job, "budget")
    evaluate(stage, run, "evaluation-1")
    stage.post(f"/runs/{run}/gate/reject", {"action": "continue"})
    expect(steps.locator("[aria-current=step]")).to_contain_text("Generalist 2")
    expect(steps.get_by_role("listitem")).to_have_count(9)  # another generalist, evaluation and gate, behind the first
    expect(steps.get_by_role("listitem").filter(has_text="Last evaluation")).to_have_count(1)
    for each in (others[1], run):
        stage.post(f"/runs/{each}/cancel")


def evaluate(stage: ApiDriver, run: int, key: str) -> None:
    job = stage.job(run, key)
    stage.claim(job)
    stage.report(job, started(), evaluation(0, [0.1, 0.9, 0.2, 0.8]))
    stage.finish(job, "completed")
