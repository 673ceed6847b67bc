"""Keep the pictures of notes in the instance folder, and serve each to the owner of its note.

Files get random names, so nothing of what the sender called them reaches the disk.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from cruse import Blueprint, abort, current_app, send_from_directory

from .auth import get_user, sign_in_required
from .db import get_db
from .image_headers import ImageHeader
from .models import Note, Picture
from .notebook import Notebook

bp = Blueprint("pictures", __name__)


def pictures_path() -> Path:
    """Return the folder of the pictures; make it first if need be."""
    path = Path(current_app.instance_path) / "pictures"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def attach_picture(note: Note, upload: FileStorage, header: ImageHeader) -> None:
    """Store *upload* and make it the picture of *note*, in place of an earlier one.

    Args:
        note: The note; the change is not committed.
        upload: The file as it was sent.
        header: What the file itself says about its kind and size.
    """
    stored_name = f"{secrets.token_hex(16)}.{header.extension}"
    upload.save(pictures_path() / stored_name)
    picture = note.picture or Picture()
    picture.stored_name = stored_name
    picture.content_type = header.content_type
    picture.width_pixels = header.width_pixels
    picture.height_pixels = header.height_pixels
    note.picture = picture


def drop_picture_file(stored_name: str) -> None:
    """Remove a file that no note shows any longer."""
    (pictures_path() / stored_name).unlink(missing_ok=True)


def make_picture_response(picture: Picture | None) -> Response:
    """Return the bytes of *picture*, such that a browser can only show them as a picture."""
    if picture is None:
        abort(404)
    response = send_from_directory(
        pictures_path(), picture.stored_name, mimetype=picture.content_type
    )
    # Kept by the browser alone, and asked for again, so that it is gone after signing out.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@bp.get("/notes/<int(max=2147483647):note_id>/picture")
@sign_in_required
def show(note_id: int) -> Response:
    """Send the picture of a note to its owner."""
    note = Notebook(get_db(), get_user()).find_note(note_id)
    return make_picture_response(note.picture if note else None)
