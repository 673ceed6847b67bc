"""Find, write and remove the notes of one person.

The pages and the JSON API both work through a `Notebook`, so that neither can reach a note of
somebody else. Committing is left to the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from .models import Note, NoteTag, User, fold

# More words than this find nothing that fewer would not, but cost the database a scan each.
SEARCH_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class NoteText:
    """All that a person writes in one note, checked and tidied."""

    title: str
    body: str
    place: str
    observed_on: date
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Some consecutive notes out of *total*; pages count from 1."""

    notes: Sequence[Note]
    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are; an empty notebook has one, with nothing on it."""
        return max(1, -(-self.total // self.size))

    @property
    def first_position(self) -> int:
        """Position of the first note of this page among all of them, from 1."""
        return (self.number - 1) * self.size + 1


class Notebook:
    """The notes of one person, as one database session sees them."""

    def __init__(self, db: Session, owner: User) -> None:
        self._db = db
        self._owner = owner

    def find_note(self, note_id: int) -> Note | None:
        """Return the note if it is the owner's."""
        return self._db.scalars(self._own_notes().where(Note.id == note_id)).one_or_none()

    def find_page(self, number: int, *, size: int, query: str = "", tag: str = "") -> Page | None:
        """Return one page of the notes that match, newest observation first.

        Args:
            number: Which page, from 1.
            size: How many notes a page holds.
            query: Words that must all occur in title, place, tags or text; case does not matter.
            tag: A tag that each note must carry; empty for any.

        Returns:
            The page, or None if there are not that many.
        """
        conditions = _matching(query, tag)
        matching = self._own_notes().where(*conditions)
        total = self._db.scalar(select(func.count()).select_from(matching.subquery())) or 0
        page = Page((), number, size, total)
        if not 1 <= number <= page.count:
            return None
        newest_first = matching.order_by(Note.observed_on.desc(), Note.id.desc())
        notes = self._db.scalars(newest_first.limit(size).offset((number - 1) * size)).all()
        return Page(notes, number, size, total)

    def count_tags(self, limit: int = 24) -> list[tuple[str, int]]:
        """Return the tags that are used most, each with its number of notes, by name."""
        uses = func.count().label("uses")
        rows = self._db.execute(
            select(NoteTag.name, uses)
            .join(Note, Note.id == NoteTag.note_id)
            .where(Note.user_id == self._owner.id)
            .group_by(NoteTag.name)
            .order_by(uses.desc(), NoteTag.name)
            .limit(limit)
        )
        return sorted((name, count) for name, count in rows)

    def add(self, text: NoteText) -> Note:
        """Put a new note into the notebook."""
        note = Note(user_id=self._owner.id)
        self.change(note, text)
        self._db.add(note)
        return note

    def change(self, note: Note, text: NoteText) -> None:
        """Replace the text of *note*."""
        note.write(
            title=text.title,
            body=text.body,
            place=text.place,
            observed_on=text.observed_on,
            tags=text.tags,
        )

    def remove(self, note: Note) -> None:
        """Take *note* out of the notebook, with its tags and what is known of its picture."""
        self._db.delete(note)

    def _own_notes(self) -> Select[Note]:
        return select(Note).where(Note.user_id == self._owner.id)


def _matching(query: str, tag: str) -> list[ColumnElement[bool]]:
    words = fold(query).split()[:SEARCH_WORDS]
    conditions: list[ColumnElement[bool]] = [
        Note.search_text.contains(word, autoescape=True) for word in words
    ]
    if tag:
        conditions.append(Note.tags.any(NoteTag.name == tag))
    return conditions
