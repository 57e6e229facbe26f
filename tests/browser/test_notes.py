"""Notes in a real browser: Markdown that does no harm, links to runs, versions, and two people who write at once."""

from playwright.sync_api import Page, expect

from tests.backend.api_driver import ApiDriver

HARMFUL = """# Seen

**early** plateau <img src=x onerror="window.harmed = true"><script>window.harmed = true</script>

[click](javascript:window.harmed=true) and ![p](https://example.org/p.png)
"""


def saved(stage: ApiDriver, place: str) -> list[str]:
    return [version["text"] for version in stage.get(f"{place}/notes")["items"]]


def test_notes_are_drawn_and_do_no_harm(page: Page, stage: ApiDriver) -> None:
    run = stage.launch(notes=HARMFUL)
    page.goto(f"/runs/{run}")
    notes = page.get_by_role("region", name="Notes")
    expect(notes.get_by_role("heading", name="Seen")).to_be_visible()
    expect(notes.locator("strong", has_text="early")).to_be_visible()
    expect(notes.locator("script, img")).to_have_count(0)
    notes.get_by_text("click", exact=True).click()
    assert page.evaluate("window.harmed") is None


def test_a_run_is_linked_by_typing_and_an_older_version_comes_back(page: Page, stage: ApiDriver) -> None:
    other = stage.launch(name="linked maze")
    run = stage.launch(name="linking", notes="first")
    page.goto(f"/runs/{run}")
    notes = page.get_by_role("region", name="Notes")
    notes.get_by_role("button", name="Edit notes").click()
    field = notes.get_by_label("Notes", exact=True)
    field.fill("")
    field.press_sequentially("as @linked")
    expect(page.get_by_role("option", name=f"@{other} linked maze")).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(f"as @{other} ")
    notes.get_by_text("Preview").click()
    expect(notes.get_by_role("link", name="linked maze")).to_be_visible()
    notes.get_by_role("button", name="Save notes").click()
    notes.get_by_role("link", name="linked maze").click()
    expect(page.get_by_role("heading", name="linked maze")).to_be_visible()

    page.goto(f"/runs/{run}")
    notes.get_by_role("button", name="Versions").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="owner").last.click()
    dialog.get_by_role("button", name="Restore this version").click()
    expect(notes.get_by_text("first")).to_be_visible()
    assert saved(stage, f"/runs/{run}") == ["first", f"as @{other} ", "first"]


def test_the_second_of_two_writers_loses_nothing(page: Page, stage: ApiDriver) -> None:
    experiment = stage.post("/experiments", {"name": "Written by two"}, 201)["id"]
    place = f"/experiments/{experiment}"
    page.goto(place)
    notes = page.get_by_role("region", name="Notes")
    notes.get_by_role("button", name="Add notes").click()
    notes.get_by_label("Notes", exact=True).fill("mine")
    stage.ask("PUT", f"{place}/notes", json={"text": "theirs"})
    expect(notes.get_by_role("alert")).to_contain_text("owner has saved these notes")  # before anything is sent
    expect(notes.get_by_role("alert")).to_contain_text("theirs")
    notes.get_by_role("button", name="Put the other text above mine").click()
    expect(notes.get_by_role("alert")).to_be_hidden()
    notes.get_by_role("button", name="Save notes").click()
    expect(notes.get_by_role("button", name="Edit notes")).to_be_visible()
    assert saved(stage, place) == ["theirs\n\nmine", "theirs"]
