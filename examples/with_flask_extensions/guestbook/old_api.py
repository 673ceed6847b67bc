"""The API of an earlier version, still served with Flask-RESTful."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import Blueprint
from flask_restful import Api, Resource, abort, fields, marshal_with, reqparse

from guestbook.extensions import csrf, db
from guestbook.models import Entry

blueprint = Blueprint("old_api", __name__, url_prefix="/v0")
api = Api(blueprint, decorators=[csrf.exempt])

ENTRY = {
    "text": fields.String,
    "author": fields.String(attribute="author.name"),
    "uri": fields.Url("old_api.entry", absolute=True),
}

parser = reqparse.RequestParser()
parser.add_argument("text", required=True, help="An entry needs text.")


@api.resource("/entries/<int:id>", endpoint="entry")
class EntryResource(Resource):
    """One entry."""

    @marshal_with(ENTRY)
    def get(self, id: int) -> Entry:
        entry: Entry | None = db.session.get(Entry, id)
        if entry is None:
            abort(404, message=f"There is no entry {id}.")
        return entry

    def put(self, id: int) -> tuple[dict[str, Any], int, dict[str, str]]:
        text = parser.parse_args()["text"]
        return {"id": id, "would be": text}, 202, {"X-Version": "0"}


@api.resource("/failure")
class Failure(Resource):
    """Breaks, to show who answers then."""

    def get(self) -> NoReturn:
        raise LookupError("on purpose")
