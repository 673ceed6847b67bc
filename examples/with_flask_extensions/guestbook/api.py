"""The JSON API: documented by flask-smorest, with tokens of Flask-JWT-Extended."""

from __future__ import annotations

from typing import Any

from flask import Flask, url_for
from flask.views import MethodView
from flask_jwt_extended import create_access_token, current_user, jwt_required
from flask_smorest import Blueprint, abort
from marshmallow import fields, validate

from guestbook.extensions import api, csrf, db, limiter, marshmallow
from guestbook.models import Entry, find_user_named

blueprint = Blueprint("api", __name__, url_prefix="/api", description="Entries of the book")


class EntrySchema(marshmallow.SQLAlchemyAutoSchema):
    """An entry as the API shows and takes it."""

    class Meta:
        """What is taken from the model."""

        model = Entry
        exclude = ("author",)

    id = fields.Integer(dump_only=True)
    text = fields.String(required=True, validate=validate.Length(min=1, max=500))
    author = fields.String(attribute="author.name", dump_only=True)
    page = marshmallow.URLFor("pages.show_entry", values={"entry_id": "<id>"}, dump_only=True)


class CredentialsSchema(marshmallow.Schema):
    """What a token is given for."""

    name = fields.String(required=True)
    password = fields.String(required=True, load_only=True)


@blueprint.route("/tokens", methods=["POST"])
@blueprint.arguments(CredentialsSchema)
@limiter.limit("5 per day")
def make_token(credentials: dict[str, str]) -> dict[str, str]:
    user = find_user_named(credentials["name"])
    if user is not None and user.has_password(credentials["password"]):
        return {"token": create_access_token(identity=str(user.id))}
    return abort(401, message="Name or password is wrong.")


@blueprint.route("/entries")
class Entries(MethodView):
    """All entries."""

    @blueprint.response(200, EntrySchema(many=True))
    @blueprint.paginate(page_size=2)
    def get(self, pagination_parameters: Any) -> list[Entry]:
        pagination_parameters.item_count = db.session.scalar(db.select(db.func.count(Entry.id)))
        first = pagination_parameters.first_item
        query = db.select(Entry).order_by(Entry.id).offset(first)
        return list(db.session.scalars(query.limit(pagination_parameters.page_size)))

    @jwt_required()
    @blueprint.arguments(EntrySchema)
    @blueprint.response(201, EntrySchema)
    def post(self, fields: dict[str, Any]) -> tuple[Entry, int, dict[str, str]]:
        entry = Entry(author=current_user, **fields)
        db.session.add(entry)
        db.session.commit()
        address = url_for("api.SingleEntry", entry_id=entry.id, _external=True)
        return entry, 201, {"Location": address}


@blueprint.route("/entries/<int:entry_id>")
class SingleEntry(MethodView):
    """One entry."""

    @blueprint.etag
    @blueprint.response(200, EntrySchema)
    def get(self, entry_id: int) -> Entry:
        return find_entry(entry_id)

    @jwt_required()
    @blueprint.response(204)
    def delete(self, entry_id: int) -> None:
        entry = find_entry(entry_id)
        if entry.author != current_user:
            abort(403, message="Only its author may delete an entry.")
        db.session.delete(entry)
        db.session.commit()


def find_entry(entry_id: int) -> Entry:
    entry: Entry | None = db.session.get(Entry, entry_id)
    if entry is None:
        abort(404, message=f"There is no entry {entry_id}.")
    return entry


def init_app(app: Flask) -> None:
    csrf.exempt(blueprint)
    api.register_blueprint(blueprint)
