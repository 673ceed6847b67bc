"""Accounts: register, log in, log out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import (
    current_user,
    fresh_login_required,
    login_required,
    login_user,
    logout_user,
)
from werkzeug.wrappers import Response

from guestbook.extensions import db, limiter
from guestbook.forms import LoginForm, RegistrationForm
from guestbook.models import User, find_user_named

blueprint = Blueprint("accounts", __name__, url_prefix="/account")


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> str | Response:
    form = RegistrationForm()
    if not form.validate_on_submit():
        return render_template("form.html", title=gettext("Register"), form=form)
    user = User(name=form.name.data)
    user.set_password(form.password.data or "")
    db.session.add(user)
    db.session.commit()
    login_user(user)
    return redirect(url_for("pages.show_entries"))


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit("20 per day", methods=["POST"])
def log_in() -> str | Response:
    form = LoginForm()
    if form.validate_on_submit():
        user = find_user_named(form.name.data or "")
        if user and user.has_password(form.password.data or ""):
            login_user(user, remember=True)
            return redirect(find_local_target() or url_for("pages.show_entries"))
        flash(gettext("Name or password is wrong."), "error")
    return render_template("form.html", title=gettext("Log in"), form=form)


def find_local_target() -> str | None:
    """Return where the visitor wanted to go, if that is on this site."""
    target = urlsplit(request.args.get("next", ""))
    return target.path if target.path.startswith("/") and not target.netloc else None


@blueprint.post("/logout")
@login_required
def log_out() -> Response:
    logout_user()
    return redirect(url_for("pages.show_entries"))


@blueprint.get("/")
@fresh_login_required
def show_account() -> dict[str, object]:
    return {"name": current_user.name, "entries": len(current_user.entries)}
