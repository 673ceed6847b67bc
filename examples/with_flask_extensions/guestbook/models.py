"""Who writes, and what was written."""

from __future__ import annotations

from datetime import date

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.security import check_password_hash, generate_password_hash

from guestbook.extensions import db, login, tokens


class User(db.Model, UserMixin):
    """Someone with an account."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str]
    language: Mapped[str | None] = mapped_column(String(5))
    is_keeper: Mapped[bool] = mapped_column(default=False)
    entries: Mapped[list[Entry]] = relationship(
        back_populates="author", cascade="all, delete-orphan"
    )

    def set_password(self, password: str) -> None:
        self.password_hash = generate_password_hash(password)

    def has_password(self, password: str) -> bool:
        return check_password_hash(self.password_hash, password)

    def __str__(self) -> str:
        return self.name


class Entry(db.Model):
    """What a guest wrote about a visit."""

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    visited_on: Mapped[date]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    author: Mapped[User] = relationship(back_populates="entries")


def find_user_named(name: str) -> User | None:
    found: User | None = db.session.scalar(db.select(User).filter_by(name=name))
    return found


@login.user_loader
def load_user(user_id: str) -> User | None:
    found: User | None = db.session.get(User, int(user_id))
    return found


@tokens.user_lookup_loader
def load_token_owner(header: dict[str, str], payload: dict[str, str]) -> User | None:
    return load_user(payload["sub"])
