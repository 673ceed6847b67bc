"""The pages of the book."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NoReturn

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    stream_with_context,
    url_for,
)
from flask_babel import format_date, get_locale, gettext
from flask_login import current_user, login_required
from flask_mailman import EmailMessage
from werkzeug.wrappers import Response as AnyResponse

from guestbook.extensions import cache, db, limiter
from guestbook.forms import EntryForm
from guestbook.models import Entry, User

blueprint = Blueprint("pages", __name__)

# Shows which of several requests an answer from the cache was made for.
runs = count(1)


@blueprint.app_template_filter()
def shout(text: str) -> str:
    return text.upper()


@blueprint.app_context_processor
def name_the_book() -> dict[str, str]:
    return {"book": current_app.config["API_TITLE"], "language": str(get_locale())}


@blueprint.get("/")
def show_entries() -> str:
    query = db.select(Entry).order_by(Entry.id.desc())
    return render_template("entries.html", page=db.paginate(query, per_page=3))


@blueprint.get("/entries/<int:entry_id>")
def show_entry(entry_id: int) -> str:
    return render_template("entry.html", entry=db.get_or_404(Entry, entry_id))


@blueprint.route("/sign", methods=["GET", "POST"])
@login_required
def sign() -> str | AnyResponse:
    form = EntryForm()
    if not form.validate_on_submit():
        return render_template("form.html", title=gettext("Sign the book"), form=form)
    entry = Entry(text=form.text.data, visited_on=form.visited_on.data, author=current_user)
    db.session.add(entry)
    db.session.commit()
    cache.delete_memoized(count_entries)
    EmailMessage(
        subject=gettext("A new entry"),
        body=render_template("mail.txt", entry=entry),
        to=[current_app.config["KEEPERS_ADDRESS"]],
    ).send()
    flash(gettext("Thank you, %(name)s!", name=current_user.name), "thanks")
    return redirect(url_for(".show_entries", _anchor=f"entry-{entry.id}"))


@blueprint.get("/language/<any(en, de):language>")
def choose_language(language: str) -> AnyResponse:
    session["language"] = language
    return redirect(url_for(".show_entries"))


@blueprint.get("/statistics")
@cache.cached(query_string=True)
def show_statistics() -> str:
    return f"run {next(runs)}: {count_entries(request.args.get('author'))} entries\n"


@cache.memoize()
def count_entries(author: str | None) -> int:
    query = db.select(db.func.count(Entry.id))
    if author:
        query = query.join(User).filter(User.name == author)
    return int(db.session.scalar(query) or 0)


@blueprint.get("/memoized")
def show_memoized_count() -> dict[str, int]:
    return {"count": count_entries(request.args.get("author"))}


@blueprint.get("/export.csv")
@limiter.limit("2 per day")
def export() -> Response:
    def lines() -> Iterator[str]:
        yield f"author,visited,text for {request.host}\n"
        for entry in db.session.scalars(db.select(Entry).order_by(Entry.id)):
            yield f"{entry.author.name},{format_date(entry.visited_on)},{entry.text}\n"

    return Response(stream_with_context(lines()), mimetype="text/csv")


@blueprint.get("/broken")
def break_down() -> NoReturn:
    raise ZeroDivisionError("on purpose")


@blueprint.get("/teapot")
def refuse_coffee() -> tuple[str, int]:
    return abort(418)
