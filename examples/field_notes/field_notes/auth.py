"""Sign people up, in and out, and let them manage the tokens of their programs.

Who makes the present request is asked with `find_user`; pages that need somebody carry
`@sign_in_required`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response

from cruse import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from .db import get_db
from .forms import EXPIRED_FORM, ButtonForm, SafeForm, SignInForm, SignUpForm, TokenForm, sent_data
from .models import ApiToken, User

bp = Blueprint("auth", __name__)

P = ParamSpec("P")
R = TypeVar("R")

TOKEN_PREFIX = "fn_"


def find_user() -> User | None:
    """Return who is signed in on this page, if anybody is."""
    if "user" not in g:
        user_id = session.get("user_id")
        g.user = get_db().get(User, user_id) if isinstance(user_id, int) else None
    user: User | None = g.user
    return user


def get_user() -> User:
    """Return who is signed in; for views behind `sign_in_required`."""
    user = find_user()
    assert user is not None, "the view lacks @sign_in_required"
    return user


def sign_in_required(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Send visitors who are not signed in to the door, and back to *view* afterwards."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if find_user() is None:
            target = request.full_path.rstrip("?") if request.method == "GET" else None
            flash("Please sign in first.", "info")
            return redirect(url_for("auth.sign_in", next=target), 303)
        return view(*args, **kwargs)

    return guarded


def is_local_path(target: str) -> bool:
    r"""Tell whether *target* is a path on this site, and so safe to redirect to.

    Browsers read "//host" and "/\host" as another site, and drop control characters first.
    """
    if not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return False
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def require_form(form: SafeForm) -> None:
    """Refuse the request unless *form*, which holds nothing but a button, came from our page."""
    if not form.is_sent():
        abort(400, EXPIRED_FORM)


@bp.route("/sign-up", methods=["GET", "POST"])
def sign_up() -> str | tuple[str, int] | Response:
    """Open a new notebook."""
    if find_user() is not None:
        return redirect(url_for("notes.index"))
    form = SignUpForm(sent_data())
    if form.is_sent():
        user = _add_user(form.name.data or "", form.password.data or "")
        if user is not None:
            _open_session(user)
            current_app.logger.info("%r signed up", user.name)
            flash(f"Welcome, {user.name}. This is your notebook.", "success")
            return redirect(url_for("notes.index"), 303)
        form.name.errors = ["This name is taken. Choose another one."]
    return render_template("auth/sign_up.html", form=form), form.status


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | tuple[str, int] | Response:
    """Open one's own notebook."""
    if find_user() is not None:
        return redirect(url_for("notes.index"))
    form = SignInForm(sent_data())
    if form.is_sent():
        user = _find_by_password((form.name.data or "").lower(), form.password.data or "")
        if user is not None:
            _open_session(user)
            current_app.logger.info("%r signed in", user.name)
            target = request.args.get("next", "")
            return redirect(target if is_local_path(target) else url_for("notes.index"), 303)
        current_app.logger.warning("failed sign-in as %r", form.name.data)
        form.password.errors = ["The name or the password is wrong."]
    return render_template("auth/sign_in.html", form=form), form.status


@bp.post("/sign-out")
def sign_out() -> Response:
    """Close the notebook."""
    require_form(ButtonForm(sent_data()))
    session.clear()
    flash("You are signed out. See you on the trail.", "success")
    return redirect(url_for("notes.home"), 303)


@bp.route("/account", methods=["GET", "POST"])
@sign_in_required
def account() -> str | tuple[str, int]:
    """Show the tokens, and make a new one, which is shown this once."""
    form = TokenForm(sent_data())
    new_token = None
    if form.is_sent():
        new_token = add_token(get_user(), form.label.data or "")
        get_db().commit()
        current_app.logger.info("%r made an API token", get_user().name)
        form = TokenForm()
    tokens = get_db().scalars(
        select(ApiToken).where(ApiToken.user_id == get_user().id).order_by(ApiToken.id)
    )
    page = render_template("auth/account.html", form=form, tokens=tokens.all(), new_token=new_token)
    return page, form.status


@bp.post("/account/tokens/<int(max=2147483647):token_id>/delete")
@sign_in_required
def delete_token(token_id: int) -> Response:
    """Revoke a token."""
    require_form(ButtonForm(sent_data()))
    token = get_db().get(ApiToken, token_id)
    if token is None or token.user_id != get_user().id:
        abort(404)
    get_db().delete(token)
    get_db().commit()
    flash(f"The token “{token.label}” no longer opens anything.", "success")
    return redirect(url_for("auth.account"), 303)


def add_token(user: User, label: str) -> str:
    """Give *user* a new API token and return it; it cannot be read again later."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    get_db().add(ApiToken(user_id=user.id, label=label, digest=_digest(token)))
    return token


def find_user_by_token(token: str) -> User | None:
    """Return whose notebook *token* opens."""
    statement = select(ApiToken).where(ApiToken.digest == _digest(token))
    found = get_db().scalars(statement).one_or_none()
    return None if found is None else found.user


def hash_password(password: str) -> str:
    """Return what is kept of *password*."""
    return generate_password_hash(password, current_app.config["PASSWORD_HASH_METHOD"])


def _digest(token: str) -> str:
    # A token is long and random, so that a fast hash protects it as well as a slow one.
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _add_user(name: str, password: str) -> User | None:
    """Return the new user, or None if the name is taken."""
    user = User(name=name, password_hash=hash_password(password))
    get_db().add(user)
    try:
        get_db().commit()
    except IntegrityError:
        get_db().rollback()
        return None
    return user


def _find_by_password(name: str, password: str) -> User | None:
    user = get_db().scalars(select(User).where(User.name == name)).one_or_none()
    if user is None:
        # Take as long as for a real name, so that names cannot be found out by the clock.
        hash_password(password)
        return None
    return user if check_password_hash(user.password_hash, password) else None


def _open_session(user: User) -> None:
    """Start the session anew, so that nothing planted before the sign-in survives it."""
    session.clear()
    session.permanent = True
    session["user_id"] = user.id
    g.user = user
