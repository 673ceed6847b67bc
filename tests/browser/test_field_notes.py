"""A visitor keeps a notebook, with a real browser and a real server."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PICTURE = Path(__file__).parents[2] / (
    "examples/field_notes/field_notes/sample_pictures/heron.webp"
)
PASSWORD = "quiet feet on moss"

LONG_BODY = f"""{"B" * 400}

# {"H" * 200}

| a | b |
|---|---|
| {"C" * 100} | {"D" * 100} |

`{"k" * 200}`

    {"x" * 300}
"""

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}

Photograph = Callable[[Page, str], None]
OpenWindow = Callable[..., Page]


@pytest.fixture(
    params=[(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")],
    ids=["phone-light", "phone-dark", "desktop-light", "desktop-dark"],
)
def window(
    request: pytest.FixtureRequest, open_window: OpenWindow, photograph: Photograph
) -> tuple[Page, Callable[[str], None]]:
    """A window of some size and colour, and a camera for it."""
    viewport, scheme = request.param
    page = open_window(viewport=viewport, color_scheme=scheme)

    def take(name: str) -> None:
        photograph(page, f"{name}-{request.node.callspec.id}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], f"{name} must be scrolled sideways"

    return page, take


def sign_up(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-up")
    page.get_by_label("Name").fill("wren")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Start writing").click()
    expect(page.get_by_role("status")).to_contain_text("Welcome, wren.")


def write(page: Page, **fields: str) -> None:
    page.get_by_role("link", name="New note").first.click()
    for label, text in fields.items():
        page.get_by_label(label, exact=False).first.fill(text)
    page.get_by_role("button", name="Keep the note").click()


def test_whole_life_of_a_notebook(
    field_notes: Any, window: tuple[Page, Callable[[str], None]]
) -> None:
    page, photograph = window

    page.goto(field_notes.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("What did you see today?")
    photograph("home")
    page.get_by_role("link", name="Start a notebook").click()
    page.get_by_label("Name").fill("w!")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Start writing").click()
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    photograph("sign-up-errors")
    sign_up(page, field_notes.address)
    photograph("notebook-empty")

    page.get_by_role("link", name="Write the first note").click()
    page.get_by_label("Title").fill("Heron at first light")
    page.get_by_label("Place").fill("Reed lake, from the hide")
    page.locator("#body").fill("It stood for **forty-one minutes**.\n\n- coot\n- water rail")
    page.get_by_label("Tags").fill("birds, water")
    page.get_by_label("Choose a picture").set_input_files(PICTURE)
    expect(page.locator("#picture-status")).to_contain_text("heron.webp")
    page.get_by_label("What the picture shows").fill("A heron in the mist")
    photograph("note-new")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Heron at first light")
    expect(page.locator(".prose strong")).to_have_text("forty-one minutes")
    picture = page.get_by_role("img", name="A heron in the mist")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    photograph("note")

    write(page, Title="Toads on the lane", Tags="night")
    page.get_by_role("link", name="Notebook", exact=True).click()
    expect(page.locator(".entry")).to_have_count(2)
    photograph("notebook")
    page.get_by_label("Search").fill("MINUTES heron")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".entry")).to_have_count(1)
    photograph("notebook-search")
    page.get_by_role("link", name="Heron at first light").click()

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Title").fill("Heron, and what it caught")
    photograph("note-edit")
    page.get_by_role("button", name="Keep the changes").click()
    expect(page.get_by_role("status")).to_have_text("The note is up to date.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Heron, and what it caught")
    expect(picture).to_be_visible()

    page.get_by_role("link", name="Delete").click()
    photograph("note-delete")
    page.get_by_role("button", name="Delete the note").click()
    expect(page.get_by_role("status")).to_contain_text("is gone from the notebook")
    expect(page.locator(".entry")).to_have_count(1)

    page.get_by_role("link", name="wren", exact=True).click()
    page.get_by_label("What is the token for?").fill("backup")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("#new-token")).to_have_text(re.compile("^fn_"))
    photograph("account")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    page.goto(f"{field_notes.address}/notes/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open your notebook")
    photograph("sign-in")

    answer = page.goto(f"{field_notes.address}/nowhere")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("No trace of it here")
    photograph("not-found")


def test_text_survives_a_file_that_is_no_picture(
    field_notes: Any, open_window: OpenWindow, photograph: Photograph
) -> None:
    page = open_window(viewport=PHONE)
    sign_up(page, field_notes.address)
    page.get_by_role("link", name="Write the first note").click()
    page.get_by_label("Title").fill("Hard to find again")
    page.get_by_label("Choose a picture").set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"<script>alert(1)</script>"}
    )
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#picture-error")).to_contain_text("is not a JPEG")
    expect(page.get_by_label("Title")).to_have_value("Hard to find again")
    photograph(page, "note-errors-phone")

    picker = page.get_by_label("Choose a picture")
    picker.set_input_files(PICTURE)
    expect(page.locator(".error, .form-problem")).to_have_count(0)
    assert picker.get_attribute("aria-invalid") is None
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hard to find again")


def test_words_without_a_space_widen_no_page(field_notes: Any, open_window: OpenWindow) -> None:
    page = open_window(viewport=PHONE)

    def require_no_scrolling() -> None:
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{page.url} must be scrolled sideways"

    sign_up(page, field_notes.address)
    page.get_by_role("link", name="Write the first note").click()
    page.get_by_label("Title").fill("W" * 120)
    page.get_by_label("Place").fill("P" * 120)
    page.locator("#body").fill(LONG_BODY)
    page.get_by_label("Tags").fill("t" * 32)
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("h1")).to_have_text("W" * 120)
    note = page.url
    for address in (
        note,
        f"{note}/edit",
        f"{note}/delete",
        f"{field_notes.address}/notes/",
        f"{field_notes.address}/notes/?tag={'t' * 32}&q={'W' * 120}",
        f"{field_notes.address}/{'z' * 300}",
    ):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        require_no_scrolling()

    page.goto(f"{field_notes.address}/account")
    page.get_by_label("What is the token for?").fill("l" * 60)
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("#new-token")).to_be_visible()
    require_no_scrolling()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("no longer opens anything")
    require_no_scrolling()
    page.goto(f"{note}/delete")
    page.get_by_role("button", name="Delete the note").click()
    expect(page.get_by_role("status")).to_contain_text("is gone from the notebook")
    require_no_scrolling()


def test_too_large_upload_is_told_before_and_after_it_is_sent(
    field_notes: Any, open_window: OpenWindow, photograph: Photograph
) -> None:
    page = open_window(viewport=PHONE)
    sign_up(page, field_notes.address)
    page.get_by_role("link", name="Write the first note").click()
    page.get_by_label("Title").fill("A large one")
    picker = page.get_by_label("Choose a picture")
    hint = page.locator("#picture-hint").inner_text()
    picker.set_input_files(
        {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": b"\xff" * (6 * 1024 * 1024)}
    )
    told = picker.evaluate("input => input.validationMessage")
    assert told == "This picture has 6.0 MB; at most 5 MB fit."
    assert "up to 5 MB" in hint
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Too heavy for the rucksack")
    photograph(page, "too-large-phone")
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("A large one")


def test_browser_without_scripts_can_do_everything(
    field_notes: Any, open_window: OpenWindow
) -> None:
    page = open_window(java_script_enabled=False)
    sign_up(page, field_notes.address)
    write(page, Title="Plain and simple", Tags="birds")
    expect(page.get_by_role("heading", level=1)).to_have_text("Plain and simple")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete the note").click()
    expect(page.locator(".empty")).to_be_visible()


def test_notebook_can_be_used_with_the_keyboard_alone(
    field_notes: Any, open_window: OpenWindow
) -> None:
    page = open_window()
    page.goto(field_notes.address)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Start a notebook")
    outline = page.locator(":focus").evaluate("link => getComputedStyle(link).outlineStyle")
    assert outline == "solid"
