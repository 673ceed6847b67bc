import re

import pytest

from cruse import request
from field_notes import create_app
from field_notes.testing import Visitor


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/notes/", "/nowhere", "/static/sprig.svg", "/api/notes"]
    )
    def test_every_answer_is_guarded(self, wren: Visitor, path: str) -> None:
        headers = wren.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"

    def test_private_pages_are_not_kept(self, wren: Visitor) -> None:
        assert wren.get("/notes/").headers["Cache-Control"] == "no-store"

    def test_browser_may_bring_back_what_was_being_written(self, wren: Visitor) -> None:
        assert wren.get("/notes/new").headers["Cache-Control"] == "private, no-cache"

    def test_cookie_is_kept_from_scripts_and_other_sites(self, visitor: Visitor) -> None:
        cookie = visitor.sign_up().headers["Set-Cookie"]
        assert cookie.startswith("field_notes=")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


class TestPages:
    @pytest.mark.parametrize(
        "path",
        ["/notes/", "/notes/new", "/notes/1", "/notes/1/edit", "/notes/1/delete", "/account"],
    )
    def test_need_nothing_that_the_policy_forbids(self, wren: Visitor, path: str) -> None:
        wren.write(title="A wren", tags="birds")
        page = wren.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)

    @pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
    def test_every_field_has_a_label(self, visitor: Visitor, path: str) -> None:
        check_labels(visitor.get(path).text)

    @pytest.mark.parametrize("path", ["/notes/", "/notes/new", "/account"])
    def test_every_field_behind_the_door_has_a_label(self, wren: Visitor, path: str) -> None:
        check_labels(wren.get(path).text)


def check_labels(page: str) -> None:
    fields = re.findall(r"<(?:input|textarea)\b[^>]*>", page)
    ids = {
        found[1]
        for field in fields
        if 'type="hidden"' not in field and (found := re.search(r'\bid="([^"]+)"', field))
    }
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    assert ids
    assert ids <= labelled


class TestProxies:
    def make_request(self, settings: dict[str, object]) -> str | None:
        app = create_app(settings)
        app.add_url_rule("/who", "who", lambda: f"{request.scheme} {request.remote_addr}")
        headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
        return app.test_client().get("/who", headers=headers).text

    def test_nobody_is_believed_by_default(self, settings: dict[str, object]) -> None:
        assert self.make_request(settings) == "http 127.0.0.1"

    def test_as_many_are_believed_as_stand_in_front(self, settings: dict[str, object]) -> None:
        assert self.make_request({**settings, "PROXY_COUNT": 1}) == "https 192.0.2.7"
