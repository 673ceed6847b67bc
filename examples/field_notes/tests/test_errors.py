import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cruse import Cruse
from field_notes.testing import Visitor


class TestErrorPages:
    def test_unknown_address_gets_our_page(self, visitor: Visitor) -> None:
        response = visitor.get("/nowhere")
        assert response.status_code == 404
        assert "No trace of it here" in response.text
        assert response.content_type == "text/html; charset=utf-8"

    def test_wrong_method_keeps_its_header(self, visitor: Visitor) -> None:
        response = visitor.client.delete("/sign-in")
        assert response.status_code == 405
        assert "POST" in response.headers["Allow"]
        assert "Not on this path" in response.text

    def test_error_page_knows_who_is_signed_in(self, wren: Visitor) -> None:
        assert "Sign out" in wren.get("/nowhere").text

    def test_fault_of_ours_says_sorry_and_no_more(
        self, app: Cruse, wren: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_args: object, **_kwargs: object) -> None:
            raise OperationalError("SELECT secret", {}, Exception("the database is away"))

        app.config["PROPAGATE_EXCEPTIONS"] = False
        monkeypatch.setattr(Session, "execute", fail)
        monkeypatch.setattr(Session, "get", fail)
        response = wren.get("/notes/")
        assert response.status_code == 500
        assert "A branch broke under us" in response.text
        assert "secret" not in response.text


class TestStaticFiles:
    @pytest.mark.parametrize(
        "name", ["field_notes.css", "field_notes.js", "sprig.svg", "fonts/alegreya.woff2"]
    )
    def test_are_served_and_may_be_kept(self, visitor: Visitor, name: str) -> None:
        response = visitor.get(f"/static/{name}")
        assert response.status_code == 200
        assert "ETag" in response.headers
        assert "no-store" not in response.headers.get("Cache-Control", "")

    @pytest.mark.parametrize("path", ["/static/../config.py", "/static/%2e%2e/config.py"])
    def test_path_outside_the_folder_is_not_found(self, visitor: Visitor, path: str) -> None:
        assert visitor.get(path).status_code == 404
