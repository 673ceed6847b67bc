"""Commands beside `flask db`, which Flask-Migrate adds."""

from __future__ import annotations

from pathlib import Path

import click
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from guestbook.extensions import db
from guestbook.models import User

keepers = AppGroup("keepers", help="Keepers of the book.")


@keepers.command("add")
@click.argument("name")
@click.password_option()
def add_keeper(name: str, password: str) -> None:
    """Make an account that may use the administration."""
    user = User(name=name, is_keeper=True)
    user.set_password(password)
    db.session.add(user)
    db.session.commit()
    click.echo(f"{name} keeps the book now.")


@click.command("compile-translations")
@with_appcontext
def compile_translations() -> None:
    """Compile the translations into the instance folder."""
    source = Path(current_app.root_path, "translations")
    target = Path(current_app.instance_path, "translations")
    for path in source.glob("*/LC_MESSAGES/*.po"):
        compiled = target / path.relative_to(source).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as messages, compiled.open("wb") as output:
            write_mo(output, read_po(messages, locale=path.parts[-3]))
        click.echo(f"{path.parts[-3]}: compiled")


def init_app(app: Flask) -> None:
    app.cli.add_command(keepers)
    app.cli.add_command(compile_translations)
    app.shell_context_processor(lambda: {"db": db, "User": User})
