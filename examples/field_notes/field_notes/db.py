"""Open one database session per request, and close it when the request is over.

The engine and the tables come to life at the first session, so that an app can be made, and its
commands listed, without a database at hand. What the tables hold is said in `models.py`.
"""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from cruse import Cruse, current_app, g

from .models import Base

EXTENSION_KEY = "field_notes_database"


class Database:
    """The database of one app: its engine, its tables and its sessions.

    Args:
        url: Where the data lives, as SQLAlchemy writes it.
    """

    def __init__(self, url: str) -> None:
        self.url = _read_url(url)
        self._tables_lock = threading.Lock()
        self._has_tables = False

    @cached_property
    def engine(self) -> Engine:
        """The pool of connections."""
        try:
            engine = create_engine(self.url, pool_pre_ping=True)
        except ModuleNotFoundError as exc:
            raise RuntimeError(
                f"The database {self.label!r} needs the driver {exc.name!r}, which is not "
                "installed. Run: python -m pip install 'field-notes[postgres]'"
            ) from exc
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _enforce_foreign_keys)
        return engine

    @cached_property
    def _sessions(self) -> sessionmaker[Session]:
        return sessionmaker(self.engine)

    @property
    def label(self) -> str:
        """The URL for people to read: without its password."""
        return self.url.render_as_string(hide_password=True)

    def open_session(self) -> Session:
        """Return a new session on a database that has its tables. The caller closes it."""
        if not self._has_tables:
            self.make_tables()
        return self._sessions()

    def make_tables(self) -> None:
        """Make the tables that are missing; those that exist stay as they are."""
        with self._tables_lock:
            try:
                Base.metadata.create_all(self.engine)
            except DBAPIError:
                # Another worker process may have made the same tables a moment earlier.
                if not self.is_complete():
                    raise
            self._has_tables = True

    def drop_tables(self) -> None:
        """Remove the tables and all they hold."""
        with self._tables_lock:
            Base.metadata.drop_all(self.engine)
            self._has_tables = False

    def close(self) -> None:
        """Close the connections that wait in the pool."""
        self.engine.dispose()

    def is_complete(self) -> bool:
        """Tell whether every table is there."""
        return set(Base.metadata.tables) <= set(inspect(self.engine).get_table_names())


def get_database() -> Database:
    """Return the database of the current app."""
    database: Database = current_app.extensions[EXTENSION_KEY]
    return database


def get_db() -> Session:
    """Return the database session of the current request or command; open it at first use."""
    if "db" not in g:
        g.db = get_database().open_session()
    db: Session = g.db
    return db


def close_db(_exc: BaseException | None = None) -> None:
    """Close the session, which gives up whatever was not committed."""
    db: Session | None = g.pop("db", None)
    if db is not None:
        db.close()


def init_app(app: Cruse) -> None:
    """Give *app* the database that its config names."""
    app.extensions[EXTENSION_KEY] = Database(app.config["DATABASE_URL"])
    app.teardown_appcontext(close_db)


def _read_url(text: str) -> URL:
    """Parse *text*; plain PostgreSQL addresses, as hosts hand them out, get our driver."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # Neither the value nor the cause is repeated here: both may hold a password.
        raise RuntimeError(
            "DATABASE_URL is not a database address that SQLAlchemy can read. "
            "Write it like postgresql://user:password@host/name or sqlite:////folder/file.sqlite3."
        ) from None
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    return url


def _enforce_foreign_keys(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
