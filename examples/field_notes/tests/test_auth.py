import logging

import pytest
from sqlalchemy import select

from cruse import Cruse
from field_notes.auth import is_local_path
from field_notes.db import Database
from field_notes.models import User
from field_notes.testing import PASSWORD, Visitor


class TestSignUp:
    def test_opens_an_empty_notebook_and_signs_in(self, visitor: Visitor) -> None:
        response = visitor.sign_up("wren")
        assert response.status_code == 303
        assert response.location == "/notes/"
        page = visitor.get("/notes/").text
        assert "Welcome, wren." in page
        assert "The first page is still blank." in page

    def test_password_is_kept_as_a_hash_only(self, wren: Visitor, database: Database) -> None:
        with database.open_session() as db:
            kept = db.scalars(select(User)).one().password_hash
        assert kept.startswith("pbkdf2:")
        assert PASSWORD not in kept

    def test_name_is_tidied_and_kept_in_lower_case(self, visitor: Visitor) -> None:
        visitor.sign_up("  Wren ")
        assert "wren’s notebook" in visitor.get("/notes/").text

    def test_taken_name_is_refused_whatever_its_case(self, wren: Visitor) -> None:
        wren.sign_out()
        response = wren.sign_up("WREN")
        assert response.status_code == 400
        assert "This name is taken." in response.text

    @pytest.mark.parametrize(
        ("name", "password", "problem"),
        [
            ("", PASSWORD, "Choose a name."),
            ("ab", PASSWORD, "Between 3 and 32 characters."),
            ("w" * 33, PASSWORD, "Between 3 and 32 characters."),
            ("wren of the wood", PASSWORD, "Letters a to z"),
            ("zaunkönig", PASSWORD, "Letters a to z"),
            ("-wren", PASSWORD, "Letters a to z"),
            ("wren", "", "Choose a password."),
            ("wren", "short", "Between 8 and 256 characters."),
            ("wren", "x" * 257, "Between 8 and 256 characters."),
        ],
    )
    def test_bad_input_is_named_next_to_its_field(
        self, visitor: Visitor, name: str, password: str, problem: str
    ) -> None:
        response = visitor.send("/sign-up", {"name": name, "password": password})
        assert response.status_code == 400
        assert problem in response.text
        assert 'aria-invalid="true"' in response.text

    def test_password_is_never_sent_back(self, visitor: Visitor) -> None:
        response = visitor.send("/sign-up", {"name": "?", "password": "never seen again"})
        assert "never seen again" not in response.text

    def test_who_is_signed_in_goes_to_the_notebook(self, wren: Visitor) -> None:
        assert wren.get("/sign-up").location == "/notes/"
        assert wren.get("/sign-in").location == "/notes/"
        assert wren.get("/").location == "/notes/"


class TestSignIn:
    def test_right_password_opens_the_notebook(self, wren: Visitor) -> None:
        wren.sign_out()
        assert wren.sign_in().location == "/notes/"
        assert wren.get("/notes/").status_code == 200

    def test_name_may_be_typed_in_any_case(self, wren: Visitor) -> None:
        wren.sign_out()
        assert wren.sign_in(" Wren").location == "/notes/"

    @pytest.mark.parametrize("name", ["wren", "nobody", "wr\x00en"])
    def test_wrong_password_and_unknown_name_get_the_same_answer(
        self, wren: Visitor, name: str
    ) -> None:
        wren.sign_out()
        response = wren.sign_in(name, "not the password")
        assert response.status_code == 400
        assert "The name or the password is wrong." in response.text
        assert wren.get("/notes/").status_code == 303

    def test_failure_is_logged_without_the_password(
        self, wren: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        wren.sign_out()
        with caplog.at_level(logging.INFO, "field_notes"):
            wren.sign_in("wren", "not the password")
        assert "failed sign-in as 'wren'" in caplog.text
        assert "not the password" not in caplog.text

    def test_page_that_was_asked_for_is_opened_afterwards(self, wren: Visitor) -> None:
        wren.sign_out()
        door = wren.get("/notes/?q=wren&page=1").location
        assert door == "/sign-in?next=/notes/?q%3Dwren%26page%3D1"
        response = wren.send(door, {"name": "wren", "password": PASSWORD})
        assert response.location == "/notes/?q=wren&page=1"

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"]
    )
    def test_never_redirects_to_another_site(self, wren: Visitor, target: str) -> None:
        wren.sign_out()
        page = wren.get("/sign-in", query_string={"next": target})
        response = wren.send(page.request.full_path, {"name": "wren", "password": PASSWORD})
        assert response.location == "/notes/"

    def test_session_starts_anew(self, wren: Visitor, app: Cruse) -> None:
        wren.sign_out()
        with wren.client.session_transaction() as session:  # type: ignore[attr-defined]
            session["planted"] = "before"
        wren.sign_in()
        with wren.client.session_transaction() as session:  # type: ignore[attr-defined]
            assert "planted" not in session
            assert session.permanent


class TestSignOut:
    def test_closes_the_notebook(self, wren: Visitor) -> None:
        assert wren.sign_out().location == "/"
        assert "You are signed out." in wren.get("/").text
        assert wren.get("/notes/").location == "/sign-in?next=/notes/"

    def test_needs_a_button_of_our_own(self, wren: Visitor) -> None:
        assert wren.client.post("/sign-out").status_code == 400
        assert wren.get("/sign-out").status_code == 405
        assert wren.get("/notes/").status_code == 200


class TestAccount:
    def test_token_is_shown_once(self, wren: Visitor) -> None:
        token = wren.make_token()
        assert token.startswith("fn_")
        page = wren.get("/account").text
        assert "a program" in page
        assert token not in page

    def test_token_needs_a_name(self, wren: Visitor) -> None:
        response = wren.send("/account", {"label": "  "})
        assert response.status_code == 400

    def test_token_can_be_taken_back(self, wren: Visitor) -> None:
        token = wren.make_token()
        headers = {"Authorization": f"Bearer {token}"}
        assert wren.get("/api/notes", headers=headers).status_code == 200
        assert wren.send("/account/tokens/1/delete", on="/account").status_code == 303
        assert wren.get("/api/notes", headers=headers).status_code == 401

    def test_token_of_somebody_else_is_unknown(self, wren: Visitor, stranger: Visitor) -> None:
        wren.make_token()
        assert stranger.send("/account/tokens/1/delete", on="/account").status_code == 404

    def test_is_for_those_who_are_signed_in(self, visitor: Visitor) -> None:
        assert visitor.get("/account").location == "/sign-in?next=/account"
        assert visitor.client.post("/account/tokens/1/delete").location == "/sign-in"


class TestIsLocalPath:
    @pytest.mark.parametrize("target", ["/", "/notes/", "/notes/?q=a//b", "/notes/3#top"])
    def test_accepts_paths_of_this_site(self, target: str) -> None:
        assert is_local_path(target)

    @pytest.mark.parametrize(
        "target",
        ["", "notes", "//host", "/\\host", "/\t/host", "\n//host", "http://host/", "javascript:x"],
    )
    def test_refuses_everything_else(self, target: str) -> None:
        assert not is_local_path(target)


class TestDeletedUser:
    def test_old_session_opens_nothing(self, wren: Visitor, database: Database) -> None:
        with database.open_session() as db:
            db.delete(db.scalars(select(User)).one())
            db.commit()
        assert wren.get("/notes/").status_code == 303
