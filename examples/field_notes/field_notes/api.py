"""Offer the notebook to programs, as JSON under `/api`.

A program shows a token that its owner made on the account page (`Authorization: Bearer fn_…`).
The session cookie counts for nothing here: a browser sends cookies with requests that a foreign
page makes, and tokens it does not, so the API needs no CSRF protection, and scripts no cookies.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict, WWWAuthenticate
from werkzeug.exceptions import BadRequest, Unauthorized, UnprocessableEntity
from werkzeug.wrappers import Response

from cruse import Blueprint, Cruse, Request, abort, g, jsonify, request, url_for

from .auth import find_user_by_token
from .db import get_db
from .forms import NoteFields
from .models import Note
from .notebook import NoteText
from .notes import get_note, open_notebook, remove_note
from .pictures import make_picture_response
from .text import tidy_line, tidy_tag

# Every error below `/api` is described in JSON, also where no address is.
bp = Blueprint("api", __name__, url_prefix="/api", json_errors="always", handle_unmatched=True)

TEXT_FIELDS = ("title", "body", "place", "observed_on")
NOTES_PER_PAGE_LIMIT = 100


class InvalidNoteError(UnprocessableEntity):
    """The JSON is well formed, but no note.

    Args:
        description: What is wrong, for a person.
        fields: What is wrong with each part, for the program.
    """

    def __init__(self, description: str, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(description)
        self.problem = {"fields": dict(fields)} if fields else {}


class NotebookRequest(Request):
    """A request whose malformed JSON is answered with the place of the fault."""

    def on_json_loading_failed(self, e: ValueError | None) -> Any:
        """Refuse the body; *e* is None if it does not even say that it is JSON."""
        if e is None:
            return super().on_json_loading_failed(e)
        raise BadRequest(f"The body is not valid JSON: {e}.")


@bp.before_request
def authenticate() -> None:
    """Find out whose notebook the token opens."""
    authorization = request.authorization
    token = authorization.token if authorization and authorization.type == "bearer" else None
    user = find_user_by_token(token) if token else None
    if user is None:
        raise Unauthorized(
            "Send a token of yours in a header: Authorization: Bearer fn_… "
            "Tokens are made on the account page.",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "Field Notes"}),
        )
    g.user = user


@bp.get("/notes")
def list_notes() -> Response:
    """Answer with one page of notes. Query: `q`, `tag`, `page`, `per_page`."""
    size = request.args.get("per_page", 20, type=int)
    page = open_notebook().find_page(
        request.args.get("page", 1, type=int),
        size=min(max(size, 1), NOTES_PER_PAGE_LIMIT),
        query=tidy_line(request.args.get("q"))[:120],
        tag=tidy_tag(request.args.get("tag", "")),
    )
    if page is None:
        abort(404, "There are not that many pages.")
    return jsonify(
        notes=[describe_note(note) for note in page.notes],
        page=page.number,
        pages=page.count,
        total=page.total,
    )


@bp.post("/notes")
def add_note() -> tuple[Response, int, dict[str, str]]:
    """Write a note."""
    note = open_notebook().add(read_note_text(request.get_json()))
    get_db().commit()
    location = url_for(".show_note", note_id=note.id)
    return jsonify(describe_note(note)), 201, {"Location": location}


@bp.get("/notes/<int(max=2147483647):note_id>")
def show_note(note_id: int) -> dict[str, Any]:
    """Answer with one note."""
    return describe_note(get_note(note_id))


@bp.patch("/notes/<int(max=2147483647):note_id>")
def change_note(note_id: int) -> dict[str, Any]:
    """Change those parts of a note that are sent."""
    note = get_note(note_id)
    open_notebook().change(note, read_note_text(request.get_json(), note))
    get_db().commit()
    return describe_note(note)


@bp.delete("/notes/<int(max=2147483647):note_id>")
def delete_note(note_id: int) -> tuple[str, int]:
    """Delete a note."""
    remove_note(open_notebook(), get_note(note_id))
    return "", 204


@bp.get("/notes/<int(max=2147483647):note_id>/picture")
def show_picture(note_id: int) -> Response:
    """Answer with the picture of a note."""
    return make_picture_response(get_note(note_id).picture)


def describe_note(note: Note) -> dict[str, Any]:
    """Return *note* as the API shows it."""
    picture = note.picture
    return {
        "id": note.id,
        "url": url_for("api.show_note", note_id=note.id),
        "title": note.title,
        "body": note.body,
        "place": note.place,
        "observed_on": note.observed_on.isoformat(),
        "tags": note.tag_names,
        "picture": picture
        and {
            "url": url_for("api.show_picture", note_id=note.id),
            "content_type": picture.content_type,
            "width": picture.width_pixels,
            "height": picture.height_pixels,
            "alt": picture.alt,
        },
        "created_at": note.created_at.isoformat(timespec="seconds"),
        "updated_at": note.updated_at.isoformat(timespec="seconds"),
    }


def read_note_text(data: Any, note: Note | None = None) -> NoteText:
    """Return the text of a note out of decoded JSON.

    Args:
        data: What the program sent.
        note: The note to change; what *data* leaves out stays as it is there.

    Raises:
        InvalidNoteError: A part is unknown, of the wrong type, or breaks a rule of the form.
    """
    if not isinstance(data, dict):
        raise InvalidNoteError('A note is a JSON object, like {"title": "Wren"}.')
    problems = _find_type_problems(data)
    if problems:
        raise InvalidNoteError("Some parts of the note have the wrong form.", problems)
    values: MultiDict[str, str] = MultiDict()
    if note is not None:
        values["title"] = note.title
        values["body"] = note.body
        values["place"] = note.place
        values["observed_on"] = note.observed_on.isoformat()
        values["tags"] = ",".join(note.tag_names)
    for name, value in data.items():
        values[name] = ",".join(value) if name == "tags" else value
    values.setdefault("observed_on", date.today().isoformat())
    form = NoteFields(values)
    if not form.validate():
        problems = {
            field.name: [str(error) for error in field.errors] for field in form if field.errors
        }
        raise InvalidNoteError("The note breaks some rules.", problems)
    return form.to_text()


def _find_type_problems(data: dict[str, Any]) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    for name, value in data.items():
        if name == "tags":
            if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
                problems[name] = ["Send a list of strings."]
            elif any("," in tag for tag in value):
                problems[name] = ["A tag holds no comma."]
        elif name not in TEXT_FIELDS:
            problems[name] = [f"Unknown. A note has: {', '.join(TEXT_FIELDS)}, tags."]
        elif not isinstance(value, str):
            problems[name] = ["Send a string."]
    return problems


def init_app(app: Cruse) -> None:
    """Let *app* say where JSON is malformed."""
    app.request_class = NotebookRequest
