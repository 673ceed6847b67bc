from sqlalchemy import func, select

from cruse import Cruse
from field_notes.db import Database
from field_notes.models import Note, Picture, User
from field_notes.testing import Visitor


def invoke(app: Cruse, *arguments: str, answer: str = "") -> str:
    result = app.test_cli_runner().invoke(args=list(arguments), input=answer)
    assert result.exit_code == 0, result.output
    output: str = result.output
    return output


class TestInitDb:
    def test_makes_the_tables_and_says_where(self, app: Cruse, database: Database) -> None:
        assert not database.is_complete()
        assert "The tables are in place:" in invoke(app, "init-db")
        assert database.is_complete()

    def test_keeps_what_is_there(self, app: Cruse, wren: Visitor) -> None:
        wren.write(title="A wren")
        invoke(app, "init-db")
        assert "A wren" in wren.get("/notes/").text

    def test_drop_asks_first(self, app: Cruse, database: Database, wren: Visitor) -> None:
        result = app.test_cli_runner().invoke(args=["init-db", "--drop"], input="n\n")
        assert result.exit_code == 1
        assert wren.get("/notes/").status_code == 200

    def test_drop_empties_the_notebooks(
        self, app: Cruse, database: Database, wren: Visitor
    ) -> None:
        invoke(app, "init-db", "--drop", "--yes")
        assert database.is_complete()
        assert wren.get("/notes/").status_code == 303


class TestSeed:
    def test_notebook_can_be_opened_with_the_password_shown(
        self, app: Cruse, visitor: Visitor
    ) -> None:
        output = invoke(app, "seed")
        password = output.rsplit("Password:", 1)[1].strip()
        visitor.sign_in("wren", password)
        page = visitor.get("/notes/").text
        assert "12 notes" in page
        assert "Winter wren moves in" in page

    def test_pictures_come_with_it(self, app: Cruse, visitor: Visitor, database: Database) -> None:
        invoke(app, "seed", "--password", "quiet feet on moss")
        visitor.sign_in("wren", "quiet feet on moss")
        with database.open_session() as db:
            note_ids = db.scalars(select(Picture.note_id)).all()
        assert len(note_ids) == 5
        for note_id in note_ids:
            response = visitor.get(f"/notes/{note_id}/picture")
            assert response.content_type == "image/webp"
            assert response.data.startswith(b"RIFF")

    def test_again_leaves_the_notes_and_renews_the_password(
        self, app: Cruse, visitor: Visitor, database: Database
    ) -> None:
        first = invoke(app, "seed").rsplit("Password:", 1)[1].strip()
        assert "stay as they are" in invoke(app, "seed", "--password", "quiet feet on moss")
        with database.open_session() as db:
            assert db.scalar(select(func.count()).select_from(Note)) == 12
            assert db.scalar(select(func.count()).select_from(User)) == 1
        assert visitor.sign_in("wren", first).status_code == 400
        assert visitor.sign_in("wren", "quiet feet on moss").status_code == 303
