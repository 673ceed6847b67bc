import io
import json
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from cruse import Cruse
from field_notes.testing import Visitor


class Program:
    """A program with a token and no cookies."""

    def __init__(self, client: Client, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        return self.client.open(f"/api{path}", method=method, headers=self.headers, **options)

    def add(self, **note: Any) -> dict[str, Any]:
        response = self.call("POST", "/notes", json=note)
        assert response.status_code == 201, response.text
        return read(response)


def read(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == "application/json"
    data: dict[str, Any] = json.loads(response.data)
    return data


def read_error(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    problem: dict[str, Any] = json.loads(response.data)
    assert problem["status"] == response.status_code
    assert problem["title"]
    assert problem["detail"]
    return problem


@pytest.fixture
def program(app: Cruse, wren: Visitor) -> Program:
    return Program(app.test_client(), wren.make_token())


class TestAuthentication:
    @pytest.mark.parametrize(
        "value", [None, "", "Bearer", "Bearer ", "Bearer fn_wrong", "Basic d3Jlbjp4", "Bearer é"]
    )
    def test_needs_a_token(self, client: Client, value: str | None) -> None:
        headers = {} if value is None else {"Authorization": value}
        response = client.get("/api/notes", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].lower().startswith("bearer")
        assert "account page" in read_error(response)["detail"]

    def test_session_cookie_opens_nothing(self, wren: Visitor) -> None:
        assert wren.get("/api/notes").status_code == 401
        assert wren.client.post("/api/notes", json={"title": "Forged"}).status_code == 401

    def test_note_of_somebody_else_is_unknown(
        self, app: Cruse, program: Program, stranger: Visitor
    ) -> None:
        note = program.add(title="Mine")
        other = Program(app.test_client(), stranger.make_token())
        for method in ("GET", "PATCH", "DELETE"):
            response = other.call(method, f"/notes/{note['id']}", json={"title": "Yours"})
            assert response.status_code == 404
        assert read(other.call("GET", "/notes"))["total"] == 0
        assert read(program.call("GET", f"/notes/{note['id']}"))["title"] == "Mine"


class TestNotes:
    def test_note_comes_back_as_it_was_written(self, program: Program) -> None:
        response = program.call(
            "POST",
            "/notes",
            json={
                "title": " A wren ",
                "body": "*loud*",
                "place": "Wood pile",
                "observed_on": "2025-05-03",
                "tags": ["Garden", "birds"],
            },
        )
        assert response.status_code == 201
        note = read(response)
        assert response.location == note["url"]
        assert read(program.client.get(note["url"], headers=program.headers)) == note
        assert note["title"] == "A wren"
        assert note["body"] == "*loud*"
        assert note["place"] == "Wood pile"
        assert note["observed_on"] == "2025-05-03"
        assert note["tags"] == ["birds", "garden"]
        assert note["picture"] is None
        assert note["created_at"].endswith("+00:00")

    def test_title_is_enough(self, program: Program) -> None:
        assert program.add(title="A wren")["tags"] == []

    def test_note_is_seen_in_the_browser_too(self, program: Program, wren: Visitor) -> None:
        note = program.add(title="From a program")
        assert "From a program" in wren.get(f"/notes/{note['id']}").text

    def test_change_touches_only_what_is_sent(self, program: Program) -> None:
        note = program.add(title="A wren", body="small", tags=["birds", "garden"])
        changed = read(program.call("PATCH", f"/notes/{note['id']}", json={"body": "loud"}))
        assert changed["body"] == "loud"
        assert changed["title"] == "A wren"
        assert changed["tags"] == ["birds", "garden"]
        changed = read(program.call("PATCH", f"/notes/{note['id']}", json={"tags": []}))
        assert changed["tags"] == []
        assert changed["body"] == "loud"

    def test_deleted_note_is_gone(self, program: Program) -> None:
        path = f"/notes/{program.add(title='A wren')['id']}"
        response = program.call("DELETE", path)
        assert (response.status_code, response.data) == (204, b"")
        assert program.call("GET", path).status_code == 404

    def test_list_is_searched_and_paged(self, program: Program) -> None:
        for number in range(5):
            program.add(title=f"Wren {number}", tags=["birds"])
        program.add(title="Newt", tags=["water"])
        answer = read(program.call("GET", "/notes?q=WREN&tag=birds&per_page=2&page=3"))
        assert (answer["page"], answer["pages"], answer["total"]) == (3, 3, 5)
        assert [note["title"] for note in answer["notes"]] == ["Wren 0"]

    @pytest.mark.parametrize(("asked", "given"), [("0", 1), ("-3", 1), ("1000", 2), ("x", 2)])
    def test_page_size_has_limits(self, program: Program, asked: str, given: int) -> None:
        program.add(title="One")
        program.add(title="Two")
        answer = read(program.call("GET", f"/notes?per_page={asked}"))
        assert len(answer["notes"]) == given

    def test_page_behind_the_last_is_not_found(self, program: Program) -> None:
        read_error(program.call("GET", "/notes?page=2"))

    def test_picture_is_described_and_served(
        self, program: Program, wren: Visitor, png: bytes
    ) -> None:
        fields = wren.note_fields(picture=(io.BytesIO(png), "wren.png"), picture_alt="A wren")
        wren.send("/notes/new", fields)
        (note,) = read(program.call("GET", "/notes"))["notes"]
        assert note["picture"]["content_type"] == "image/png"
        assert (note["picture"]["width"], note["picture"]["height"]) == (3, 2)
        assert note["picture"]["alt"] == "A wren"
        url = note["picture"]["url"]
        response = program.client.get(url, headers=program.headers, buffered=True)
        assert response.data == png

    def test_missing_picture_is_not_found(self, program: Program) -> None:
        note = program.add(title="A wren")
        assert program.call("GET", f"/notes/{note['id']}/picture").status_code == 404


class TestBadInput:
    @pytest.mark.parametrize("body", [b"", b"{", b'{"title": }', b"\xff\xfe", b'{"a" 1}'])
    def test_malformed_json_is_400(self, program: Program, body: bytes) -> None:
        response = program.call("POST", "/notes", data=body, content_type="application/json")
        assert response.status_code == 400
        assert read_error(response)["detail"].startswith("The body is not valid JSON: ")

    def test_malformed_json_is_told_its_place(self, program: Program) -> None:
        body = b'{"title": "Wren",\n "tags": [}'
        response = program.call("POST", "/notes", data=body, content_type="application/json")
        assert "line 2 column 11" in read_error(response)["detail"]

    def test_example_in_an_error_can_be_pasted(self, program: Program) -> None:
        detail = read_error(program.call("POST", "/notes", json=["Wren"]))["detail"]
        assert json.loads(detail[detail.index("{") : detail.rindex("}") + 1]) == {"title": "Wren"}

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
    def test_wrong_content_type_is_415(self, program: Program, content_type: str) -> None:
        response = program.call("POST", "/notes", data=b"{}", content_type=content_type)
        assert response.status_code == 415
        read_error(response)

    def test_too_large_body_is_413(self, program: Program) -> None:
        response = program.call("POST", "/notes", json={"title": "x", "body": "x" * 300_000})
        assert response.status_code == 413
        read_error(response)

    @pytest.mark.parametrize("data", [[], "title", 3, None, True])
    def test_anything_but_an_object_is_422(self, program: Program, data: Any) -> None:
        response = program.call(
            "POST", "/notes", data=json.dumps(data), content_type="application/json"
        )
        assert response.status_code == 422
        assert "JSON object" in read_error(response)["detail"]

    @pytest.mark.parametrize(
        ("note", "field", "problem"),
        [
            ({}, "title", "Give the note a title."),
            ({"title": ""}, "title", "Give the note a title."),
            ({"title": 3}, "title", "Send a string."),
            ({"title": None}, "title", "Send a string."),
            ({"title": "x" * 121}, "title", "At most 120 characters."),
            ({"title": "x", "observed_on": "soon"}, "observed_on", "Not a valid date value."),
            ({"title": "x", "tags": "birds"}, "tags", "Send a list of strings."),
            ({"title": "x", "tags": [1]}, "tags", "Send a list of strings."),
            ({"title": "x", "tags": ["a,b"]}, "tags", "A tag holds no comma."),
            ({"title": "x", "tags": ["y" * 33]}, "tags", "longer than 32 characters."),
            ({"title": "x", "colour": "red"}, "colour", "Unknown."),
            ({"title": "x", "user_id": 1}, "user_id", "Unknown."),
        ],
    )
    def test_broken_rules_are_named_by_field(
        self, program: Program, note: dict[str, Any], field: str, problem: str
    ) -> None:
        response = program.call("POST", "/notes", json=note)
        assert response.status_code == 422
        assert problem in " ".join(read_error(response)["fields"][field])
        assert read(program.call("GET", "/notes"))["total"] == 0

    def test_characters_that_no_database_keeps_are_dropped(self, program: Program) -> None:
        note = program.add(title="a\x00b\ud800", tags=["\x00birds"])
        assert note["title"] == "ab?"
        assert note["tags"] == ["birds"]


class TestErrors:
    @pytest.mark.parametrize(
        "path", ["/nowhere", "/notes/x", f"/notes/{2**31}", f"/notes/{10**30}"]
    )
    def test_unknown_address_is_json_too(self, program: Program, path: str) -> None:
        response = program.call("GET", path)
        assert response.status_code == 404
        read_error(response)

    def test_wrong_method_names_the_right_ones(self, program: Program) -> None:
        response = program.call("PUT", "/notes")
        assert response.status_code == 405
        assert "POST" in response.headers["Allow"]
        read_error(response)

    def test_fault_of_ours_is_json_too(
        self, app: Cruse, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> None:
            raise ValueError("a secret detail")

        app.config["PROPAGATE_EXCEPTIONS"] = False
        monkeypatch.setitem(app.view_functions, "api.list_notes", fail)
        response = program.call("GET", "/notes")
        assert response.status_code == 500
        assert "secret" not in response.text
        read_error(response)
