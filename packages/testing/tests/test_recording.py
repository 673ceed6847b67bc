from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cruse_core import flash
from cruse_core.signals import request_finished, request_started, template_rendered
from cruse_testing import (
    Client,
    TestingApp,
    assert_template_rendered,
    record_flashes,
    record_signals,
    record_templates,
)


def render(app: TestingApp, name: str | None, **values: Any) -> None:
    """Signal what an app with templates signals."""
    template_rendered.send(app, template=SimpleNamespace(name=name), context=values)


class TestRecordTemplates:
    def test_records_names_and_values_in_their_order(self, app: TestingApp) -> None:
        render(app, "before.html")
        with record_templates(app) as templates:
            render(app, "a.html", x=1)
            render(app, None)
        render(app, "after.html")
        assert templates.names == ["a.html", None]
        assert templates[0].context == {"x": 1}

    def test_records_one_app(self, app: TestingApp) -> None:
        with record_templates(app) as templates:
            render(TestingApp("other", root_path="."), "a.html")
        assert templates == []


class TestAssertRendered:
    def test_returns_the_rendering_with_these_values(self, app: TestingApp) -> None:
        with record_templates(app) as templates:
            render(app, "a.html", x=1)
            render(app, "a.html", x=2, y=3)
        assert templates.assert_rendered("a.html") is templates[0]
        assert templates.assert_rendered("a.html", x=2) is templates[1]

    def test_says_what_was_rendered(self, app: TestingApp) -> None:
        with record_templates(app) as templates:
            with pytest.raises(AssertionError, match="Rendered were: none"):
                templates.assert_rendered("a.html")
            render(app, "b.html")
        with pytest.raises(AssertionError, match=r"'a\.html' was not rendered.*'b\.html'"):
            templates.assert_rendered("a.html")

    def test_says_which_values_were_given(self, app: TestingApp) -> None:
        with record_templates(app) as templates:
            render(app, "a.html", x=1)
        with pytest.raises(AssertionError, match=r"not with .*It was given: \{'x': 1"):
            templates.assert_rendered("a.html", x=2)
        with pytest.raises(AssertionError, match="not given"):
            templates.assert_rendered("a.html", y=None)

    def test_can_be_negated(self, app: TestingApp) -> None:
        with record_templates(app) as templates:
            render(app, "a.html")
        templates.assert_not_rendered("b.html")
        with pytest.raises(AssertionError, match="was rendered 1 times"):
            templates.assert_not_rendered("a.html")


class TestAssertTemplateRendered:
    def test_checks_at_the_end_of_its_block(self, app: TestingApp) -> None:
        with assert_template_rendered(app, "a.html", x=1) as templates:
            render(app, "a.html", x=1)
        assert templates.names == ["a.html"]
        with (
            pytest.raises(AssertionError, match="was not rendered"),
            assert_template_rendered(app, "a.html"),
        ):
            pass

    def test_lets_other_errors_through(self, app: TestingApp) -> None:
        with pytest.raises(ValueError, match="own"), assert_template_rendered(app, "a.html"):
            raise ValueError("own")


class TestRecordFlashes:
    def test_records_messages_and_categories(self, app: TestingApp, client: Client) -> None:
        @app.get("/")
        def index() -> str:
            flash("Saved the note.")
            flash("Disk nearly full.", "warning")
            return ""

        with record_flashes(app) as flashes:
            client.get("/")
        assert flashes == [
            ("Saved the note.", "message"),
            ("Disk nearly full.", "warning"),
        ]
        assert flashes.assert_flashed("nearly", "warning").category == "warning"
        assert flashes.assert_flashed("Saved").message == "Saved the note."
        with pytest.raises(AssertionError, match="'Saved' in category 'warning'"):
            flashes.assert_flashed("Saved", "warning")
        with pytest.raises(AssertionError, match="No message with 'Lost' was flashed"):
            flashes.assert_flashed("Lost")


class TestRecordSignals:
    def test_records_several_in_their_order(self, app: TestingApp, client: Client) -> None:
        with record_signals(app, request_finished, request_started) as sent:
            client.get("/nope")
        client.get("/nope")
        assert [signal.name for signal in sent] == ["request-started", "request-finished"]
        assert sent[1].data["response"].status_code == 404
