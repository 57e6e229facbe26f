"""Watching: a real worker films a real policy, and Chromium plays the videos side by side."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.backend.api_driver import OWNER

RUN_TAKES_MS = 150_000
SMALL = {
    "gate": {"mode": "auto"},
    "evaluation": {"episodes": 1},
    "learner": {"num_envs": 8, "num_steps": 64, "num_minibatches": 2},
    "specialists": {"count": 1, "variations_each": 1, "steps": 1024},
    "demonstrations": {"per_variation": 1, "generalist_per_variation": 1, "max_tries": 1},
    "budget": {"total_steps": 16384, "generalist_steps": 4096},
}  # fmt: skip


@pytest.mark.timeout(420)
def test_policies_are_watched_side_by_side(product_page: Page, product: str) -> None:
    page = product_page
    launched = httpx.post(
        f"{product}/api/v1/runs", headers=OWNER, json={"preset": "forkmaze-quick", "name": "Watched", "config": SMALL}
    )
    assert launched.status_code == 201, launched.text
    page.goto(f"/runs/{launched.json()['id']}?tab=watch&variation=1")
    expect(page.get_by_test_id("run-status")).to_have_attribute("data-status", "succeeded", timeout=RUN_TAKES_MS)

    side = page.get_by_role("region", name="Side by side")
    side.get_by_role("button", name="Make ").first.click()
    videos = side.locator("video")
    expect(videos.first).to_be_visible(timeout=RUN_TAKES_MS)
    expect(videos).not_to_have_count(1, timeout=RUN_TAKES_MS)
    for index in range(videos.count()):
        page.wait_for_function(
            "index => document.querySelectorAll('[data-testid=players] video')[index].readyState >= 2", arg=index
        )
    side.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=players] video')].every((one) => one.currentTime > 0.3)"
    )
    expect(side.get_by_test_id("return-so-far").first).to_contain_text("Return")
    expect(side.get_by_role("button", name="Play")).to_be_visible()  # to the end, after which nothing moves
    side.get_by_role("slider", name="Picture").press("Home")
    expect(side.get_by_text("Step 0 of").first).to_be_visible()

    made = videos.count()
    page.goto(f"/runs/{launched.json()['id']}/variations/1")
    there = page.get_by_role("region", name="Videos")
    expect(there.locator("video")).to_have_count(made)
    expect(there.get_by_role("button", name="Play")).to_be_visible()
