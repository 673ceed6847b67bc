"""The keeper's administration of accounts and entries, made by Flask-Admin."""

from __future__ import annotations

from flask import Flask, abort
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user
from flask_wtf import FlaskForm

from guestbook.extensions import db, login, make_admin
from guestbook.models import Entry, User


class KeepersView(ModelView):
    """A table that keepers alone may see and change."""

    form_base_class = FlaskForm

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated and current_user.is_keeper)

    def inaccessible_callback(self, name: str, **kwargs: object) -> object:
        if current_user.is_authenticated:
            abort(403)
        return login.unauthorized()


class UserView(KeepersView):
    """The accounts, without their passwords."""

    column_list = ("name", "language", "is_keeper")
    form_columns = ("language", "is_keeper")
    can_create = False


class EntryView(KeepersView):
    """The entries, with a search."""

    column_list = ("author", "visited_on", "text")
    column_searchable_list = ("text",)
    column_filters = ("visited_on",)
    can_export = True


def init_app(app: Flask) -> None:
    admin = make_admin(app)
    admin.add_view(UserView(User, db, endpoint="keeper_users"))
    admin.add_view(EntryView(Entry, db, endpoint="keeper_entries"))
