"""The interactive debugger opens on an error in debug mode, and is locked with a PIN."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def unlock(page: Page) -> None:
    """Answer the prompt with the right PIN."""
    prompt = page.locator(".pin-prompt")
    expect(prompt).to_be_visible()
    # The prompt fades in, and would go on doing so while it fades out again: then it stays.
    expect(prompt).to_have_css("opacity", "1")
    prompt.locator("input[name=pin]").fill("271-828-182")
    prompt.locator("input[name=btn]").click()
    expect(prompt).to_be_hidden()


def test_error_page_shows_the_traceback_and_asks_for_the_pin(
    broken_app: Any, open_window: Callable[..., Page], photograph: Callable[[Page, str], None]
) -> None:
    page = open_window()
    answer = page.goto(f"{broken_app.address}/divide/42")
    assert answer is not None
    assert answer.status == 500
    expect(page.locator("h1")).to_have_text("ZeroDivisionError")
    expect(page.locator(".errormsg")).to_contain_text("division by zero")
    frame = page.locator(".frame").last
    expect(frame).to_contain_text("broken_app.py")
    expect(frame).to_contain_text("return str(number / parts)")
    photograph(page, "debugger-traceback")

    frame.hover()
    frame.locator(".current img[title*='interactive']").click()
    prompt = page.locator(".pin-prompt")
    expect(prompt).to_be_visible()
    expect(prompt).to_contain_text("Console Locked")
    photograph(page, "debugger-pin")

    prompt.locator("input[name=pin]").fill("000-000-000")
    with page.expect_event("dialog") as refusal:
        page.once("dialog", lambda dialog: dialog.dismiss())
        prompt.locator("input[name=btn]").click()
    assert refusal.value.message == "Error: incorrect pin"
    unlock(page)


def test_open_console_sees_the_variables_of_the_view(
    broken_app: Any, open_window: Callable[..., Page], photograph: Callable[[Page, str], None]
) -> None:
    page = open_window()
    page.goto(f"{broken_app.address}/divide/42")
    frame = page.locator(".frame").last
    frame.hover()
    frame.locator(".current img[title*='interactive']").click()
    unlock(page)
    console = page.locator("pre.console").last
    for line, shown in (("number, parts", r"\(42, 0\)"), ("__name__", "broken_app")):
        console.locator("form input[type=text]").fill(line)
        console.locator("form input[type=text]").press("Enter")
        expect(console).to_contain_text(re.compile(shown))
    photograph(page, "debugger-console")


def test_without_debug_mode_nothing_is_told(
    field_notes: Any, open_window: Callable[..., Page]
) -> None:
    page = open_window()
    answer = page.goto(f"{field_notes.address}/?__debugger__=yes&cmd=resource&f=debugger.js")
    assert answer is not None
    assert answer.header_value("content-type") == "text/html; charset=utf-8"
