"""Add the commands `init-db` and `seed`."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from importlib.resources import files

import click
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from cruse import Blueprint

from .auth import hash_password
from .db import get_database, get_db
from .image_headers import read_image_header
from .models import User
from .notebook import Notebook, NoteText
from .pictures import attach_picture
from .samples import SAMPLES, Sample

# Without a group of their own, the commands stand beside `run` and `shell`.
bp = Blueprint("commands", __name__, cli_group=None)


@bp.cli.command("init-db")
@click.option("--drop", is_flag=True, help="Remove all notebooks first.")
@click.option("--yes", is_flag=True, help="Do not ask before removing them.")
def init_db(*, drop: bool, yes: bool) -> None:
    """Make the tables that are missing."""
    database = get_database()
    if drop:
        if not yes:
            click.confirm(f"Remove all notebooks from {database.label}?", abort=True)
        database.drop_tables()
    database.make_tables()
    click.echo(f"The tables are in place: {database.label}")


@bp.cli.command("seed")
@click.option("--name", default="wren", show_default=True, help="Whose notebook to fill.")
@click.option("--password", help="The password; without it, a new one is made and shown.")
def seed(*, name: str, password: str | None) -> None:
    """Make a sample notebook to look around in.

    Run again, it leaves the notes as they are, and gives the notebook a new password.
    """
    shown = password or secrets.token_urlsafe(9)
    user = get_db().scalars(select(User).where(User.name == name)).one_or_none()
    if user is None:
        user = User(name=name, password_hash=hash_password(shown))
        get_db().add(user)
        get_db().flush()
        for sample in SAMPLES:
            _add_sample(Notebook(get_db(), user), sample)
        click.echo(f"Wrote {len(SAMPLES)} notes.")
    else:
        user.password_hash = hash_password(shown)
        click.echo("The notebook is there already; its notes stay as they are.")
    get_db().commit()
    click.echo(f"Sign in as: {name}")
    click.echo(f"Password:   {shown}")


def _add_sample(notebook: Notebook, sample: Sample) -> None:
    note = notebook.add(
        NoteText(
            title=sample.title,
            body=sample.text,
            place=sample.place,
            observed_on=date.today() - timedelta(days=sample.days_ago),
            tags=sample.tags,
        )
    )
    if sample.picture is None:
        return
    with (files("field_notes") / "sample_pictures" / sample.picture).open("rb") as file:
        header = read_image_header(file)
        assert header is not None, sample.picture
        attach_picture(note, FileStorage(file), header)
    assert note.picture is not None
    note.picture.alt = sample.picture_alt
