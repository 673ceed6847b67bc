"""Show, write, search and delete notes in the browser."""

from __future__ import annotations

from werkzeug.wrappers import Response

from cruse import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)

from .auth import find_user, get_user, require_form, sign_in_required
from .db import get_db
from .forms import ButtonForm, NoteForm, sent_data
from .models import Note
from .notebook import Notebook
from .pictures import attach_picture, drop_picture_file
from .text import tidy_line, tidy_tag

bp = Blueprint("notes", __name__)

QUERY_LENGTH = 120


def open_notebook() -> Notebook:
    """Return the notebook of who is signed in."""
    return Notebook(get_db(), get_user())


def get_note(note_id: int) -> Note:
    """Return the note, or answer 404: also for a note of somebody else, which stays unknown."""
    note = open_notebook().find_note(note_id)
    if note is None:
        abort(404)
    return note


@bp.get("/")
def home() -> str | Response:
    """Greet visitors; take those who are signed in to their notebook."""
    if find_user() is not None:
        return redirect(url_for(".index"))
    return render_template("home.html")


@bp.get("/notes/")
@sign_in_required
def index() -> str:
    """List the notes that match the search, page by page."""
    query = tidy_line(request.args.get("q"))[:QUERY_LENGTH]
    tag = tidy_tag(request.args.get("tag", ""))
    number = request.args.get("page", 1, type=int)
    notebook = open_notebook()
    page = notebook.find_page(
        number, size=current_app.config["NOTES_PER_PAGE"], query=query, tag=tag
    )
    if page is None:
        abort(404)
    return render_template(
        "notes/index.html", page=page, query=query, tag=tag, tag_counts=notebook.count_tags()
    )


@bp.get("/notes/<int(max=2147483647):note_id>")
@sign_in_required
def show(note_id: int) -> str:
    """Show one note."""
    return render_template("notes/show.html", note=get_note(note_id))


@bp.route("/notes/new", methods=["GET", "POST"])
@sign_in_required
def new() -> str | tuple[str, int] | Response:
    """Write a new note."""
    form = NoteForm(sent_data())
    if form.is_sent():
        note = open_notebook().add(form.to_text())
        _save(note, form)
        flash("Noted.", "success")
        return redirect(url_for(".show", note_id=note.id), 303)
    return render_template("notes/edit.html", form=form, note=None), form.status


@bp.route("/notes/<int(max=2147483647):note_id>/edit", methods=["GET", "POST"])
@sign_in_required
def edit(note_id: int) -> str | tuple[str, int] | Response:
    """Change a note."""
    note = get_note(note_id)
    form = NoteForm(
        sent_data(),
        title=note.title,
        observed_on=note.observed_on,
        place=note.place,
        body=note.body,
        tags=", ".join(note.tag_names),
        picture_alt=note.picture.alt if note.picture else "",
    )
    if form.is_sent():
        open_notebook().change(note, form.to_text())
        _save(note, form)
        flash("The note is up to date.", "success")
        return redirect(url_for(".show", note_id=note.id), 303)
    return render_template("notes/edit.html", form=form, note=note), form.status


@bp.route("/notes/<int(max=2147483647):note_id>/delete", methods=["GET", "POST"])
@sign_in_required
def delete(note_id: int) -> str | Response:
    """Ask, then delete a note."""
    note = get_note(note_id)
    if request.method == "GET":
        return render_template("notes/delete.html", note=note)
    require_form(ButtonForm(sent_data()))
    remove_note(open_notebook(), note)
    flash(f"“{note.title}” is gone from the notebook.", "success")
    return redirect(url_for(".index"), 303)


def remove_note(notebook: Notebook, note: Note) -> None:
    """Delete *note* for good, then its picture."""
    stored_name = note.picture.stored_name if note.picture else None
    notebook.remove(note)
    get_db().commit()
    if stored_name is not None:
        drop_picture_file(stored_name)
    current_app.logger.info("%r deleted a note", get_user().name)


def _save(note: Note, form: NoteForm) -> None:
    """Commit *note* with the picture that *form* brings or removes.

    A file is removed only when no committed row names it any longer, whichever way this ends.
    """
    before = note.picture.stored_name if note.picture else None
    if form.upload is not None and form.image_header is not None:
        attach_picture(note, form.upload, form.image_header)
    elif form.remove_picture.data:
        note.picture = None
    if note.picture is not None:
        note.picture.alt = form.picture_alt.data or ""
    after = note.picture.stored_name if note.picture else None
    try:
        get_db().commit()
    except Exception:
        if after is not None and after != before:
            drop_picture_file(after)
        raise
    if before is not None and before != after:
        drop_picture_file(before)
    current_app.logger.info("%r wrote note %d", get_user().name, note.id)
