"""Describe the tables: people, their notes, tags and pictures, and their API tokens.

Only what a row is and what keeps it consistent; who may read which row is decided in
`notebook.py` and `auth.py`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAME_LENGTH = 32
TITLE_LENGTH = 120
PLACE_LENGTH = 120
BODY_LENGTH = 20_000
TAG_LENGTH = 32
TAGS_PER_NOTE = 12
ALT_LENGTH = 200
TOKEN_LABEL_LENGTH = 60


def utc_now() -> datetime:
    """Return the current time, aware of its zone."""
    return datetime.now(UTC)


def fold(text: str) -> str:
    """Return *text* in the form in which notes are searched: no case, one spelling per letter."""
    return unicodedata.normalize("NFKC", text).casefold()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* with UTC as its zone."""
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value


class Base(DeclarativeBase):
    """Root of the tables; constraint names are spelled out so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class User(Base):
    """A person with a notebook. The name is kept in lower case."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ApiToken(Base):
    """A key to one notebook for a program. Only its digest is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(TOKEN_LABEL_LENGTH))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    user: Mapped[User] = relationship()


class NoteTag(Base):
    """One tag on one note. A tag exists as long as a note carries it."""

    __tablename__ = "note_tags"

    note_id: Mapped[int] = mapped_column(
        ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(TAG_LENGTH), primary_key=True, index=True)


class Picture(Base):
    """What is known about the picture of a note; its bytes lie in the instance folder."""

    __tablename__ = "pictures"

    note_id: Mapped[int] = mapped_column(
        ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True
    )
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    content_type: Mapped[str] = mapped_column(String(40))
    width_pixels: Mapped[int]
    height_pixels: Mapped[int]
    alt: Mapped[str] = mapped_column(String(ALT_LENGTH), default="")


class Note(Base):
    """An entry in a notebook."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    observed_on: Mapped[date] = mapped_column(index=True)
    # Neither SQLite's nor PostgreSQL's LOWER() folds every script alike, so Python does it once.
    search_text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    tags: Mapped[list[NoteTag]] = relationship(
        cascade="all, delete-orphan", order_by=NoteTag.name, lazy="selectin"
    )
    picture: Mapped[Picture | None] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def tag_names(self) -> list[str]:
        """The names of the tags, in order."""
        return [tag.name for tag in self.tags]

    def write(
        self, *, title: str, body: str, place: str, observed_on: date, tags: Iterable[str]
    ) -> None:
        """Set the whole text of the note, and with it what a search finds."""
        self.title, self.body, self.place, self.observed_on = title, body, place, observed_on
        wanted = dict.fromkeys(tags)
        kept = [tag for tag in self.tags if tag.name in wanted]
        new_names = wanted.keys() - {tag.name for tag in kept}
        self.tags = sorted(
            kept + [NoteTag(name=name) for name in new_names], key=lambda tag: tag.name
        )
        self.search_text = fold("\n".join([title, place, *wanted, body]))
