import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cruse import Cruse
from field_notes.db import Database
from field_notes.models import Picture
from field_notes.testing import Visitor


@pytest.fixture
def stored(app: Cruse) -> Path:
    """The folder of the pictures."""
    return Path(app.instance_path) / "pictures"


def file_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def send(visitor: Visitor, path: str, data: bytes, name: str, **fields: Any) -> TestResponse:
    wanted = visitor.note_fields(picture=(io.BytesIO(data), name), **fields)
    return visitor.send(path, wanted)


class TestAttach:
    def test_picture_is_served_to_its_owner_as_it_was(self, wren: Visitor, png: bytes) -> None:
        path = send(wren, "/notes/new", png, "wren.png", picture_alt="A wren on a wall").location
        page = wren.get(path).text
        assert f'src="{path}/picture" alt="A wren on a wall"' in page
        assert 'width="3" height="2"' in page
        response = wren.get(f"{path}/picture")
        assert response.data == png
        assert response.content_type == "image/png"

    def test_browser_can_show_it_as_a_picture_only(self, wren: Visitor, png: bytes) -> None:
        path = send(wren, "/notes/new", png + b"<script>alert(1)</script>", "x.html").location
        response = wren.get(f"{path}/picture")
        assert response.content_type == "image/png"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response.headers["Cache-Control"] == "private, no-cache"

    def test_unchanged_picture_is_not_sent_again(self, wren: Visitor, png: bytes) -> None:
        path = send(wren, "/notes/new", png, "wren.png").location
        etag = wren.get(f"{path}/picture").headers["ETag"]
        response = wren.get(f"{path}/picture", headers={"If-None-Match": etag})
        assert response.status_code == 304
        assert response.data == b""

    @pytest.mark.parametrize("name", ["../../evil.png", "..\\evil.png", "/etc/passwd", "a\x00.png"])
    def test_name_of_the_sender_never_reaches_the_disk(
        self, wren: Visitor, png: bytes, stored: Path, name: str
    ) -> None:
        send(wren, "/notes/new", png, name)
        (kept,) = file_names(stored)
        assert len(kept) == len("0" * 32 + ".png")
        assert "evil" not in kept

    def test_visitors_and_strangers_do_not_get_it(
        self, app: Cruse, wren: Visitor, stranger: Visitor, png: bytes
    ) -> None:
        path = send(wren, "/notes/new", png, "wren.png").location
        assert stranger.get(f"{path}/picture").status_code == 404
        assert Visitor(app.test_client()).get(f"{path}/picture").status_code == 303

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            (b"", "empty.png"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.svg"),
            (b"<html><script>alert(1)</script>", "photo.jpg"),
            (b"%PDF-1.7", "photo.png"),
            (b"\x89PNG\r\n\x1a\n", "cut-off.png"),
            (b"MZ\x90\x00", "program.gif"),
        ],
    )
    def test_anything_but_a_picture_is_refused(
        self, wren: Visitor, stored: Path, data: bytes, name: str
    ) -> None:
        response = send(wren, "/notes/new", data, name, body="hours of work")
        assert response.status_code == 400
        assert "That file is not a JPEG, PNG, GIF or WebP picture." in response.text
        assert "hours of work" in response.text
        assert file_names(stored) == []

    def test_picture_with_too_many_pixels_is_refused(self, wren: Visitor) -> None:
        header = b"GIF89a" + (12_001).to_bytes(2, "little") + b"\x01\x00" + b"\x00" * 8
        response = send(wren, "/notes/new", header, "wide.gif")
        assert response.status_code == 400
        assert "more than 12000 pixels" in response.text

    def test_too_large_upload_gets_our_page(self, wren: Visitor, png: bytes, stored: Path) -> None:
        response = send(wren, "/notes/new", png + b"\x00" * 300_000, "large.png")
        assert response.status_code == 413
        assert "Too heavy for the rucksack" in response.text
        assert file_names(stored) == []

    def test_text_in_place_of_a_file_is_no_picture(self, wren: Visitor) -> None:
        response = wren.send("/notes/new", wren.note_fields(picture="not a file"))
        assert response.status_code == 303
        assert wren.get(f"{response.location}/picture").status_code == 404

    def test_form_without_a_chosen_file_is_fine(self, wren: Visitor) -> None:
        assert send(wren, "/notes/new", b"", "").status_code == 303


class TestReplaceAndRemove:
    @pytest.fixture
    def path(self, wren: Visitor, png: bytes) -> str:
        return send(wren, "/notes/new", png, "wren.png", picture_alt="A wren").location

    def test_edit_keeps_the_picture(self, wren: Visitor, path: str, stored: Path) -> None:
        before = file_names(stored)
        wren.send(f"{path}/edit", wren.note_fields(picture_alt="A troglodyte"))
        assert file_names(stored) == before
        assert 'alt="A troglodyte"' in wren.get(path).text

    def test_new_picture_takes_the_place_of_the_old(
        self, wren: Visitor, path: str, stored: Path
    ) -> None:
        before = file_names(stored)
        gif = b"GIF89a\x05\x00\x04\x00" + b"\x00" * 8
        assert send(wren, f"{path}/edit", gif, "other.gif").status_code == 303
        assert wren.get(f"{path}/picture").data == gif
        assert wren.get(f"{path}/picture").content_type == "image/gif"
        assert len(file_names(stored)) == 1
        assert file_names(stored) != before

    def test_picture_can_be_removed(self, wren: Visitor, path: str, stored: Path) -> None:
        wren.send(f"{path}/edit", wren.note_fields(remove_picture="y"))
        assert wren.get(f"{path}/picture").status_code == 404
        assert "<figure" not in wren.get(path).text
        assert file_names(stored) == []

    def test_deleting_the_note_removes_the_file(
        self, wren: Visitor, path: str, stored: Path, database: Database
    ) -> None:
        wren.send(f"{path}/delete")
        assert file_names(stored) == []
        with database.open_session() as db:
            assert db.scalars(select(Picture)).all() == []

    def test_failed_commit_keeps_the_old_file_and_drops_the_new(
        self, wren: Visitor, path: str, stored: Path, monkeypatch: pytest.MonkeyPatch, png: bytes
    ) -> None:
        before = file_names(stored)

        def fail(_session: Session) -> None:
            raise OSError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(Session, "commit", fail)
            with pytest.raises(OSError, match="the disk is full"):
                send(wren, f"{path}/edit", png, "other.png")
        assert file_names(stored) == before
        assert wren.get(f"{path}/picture").data == png

    def test_missing_file_is_not_found(self, wren: Visitor, path: str, stored: Path) -> None:
        for file in stored.iterdir():
            file.unlink()
        assert wren.get(f"{path}/picture").status_code == 404
        assert wren.send(f"{path}/delete").status_code == 303
