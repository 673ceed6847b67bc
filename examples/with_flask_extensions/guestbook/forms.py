"""The forms of the pages; Flask-WTF adds the CSRF token to each."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, PasswordField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from guestbook.models import find_user_named


class RegistrationForm(FlaskForm):
    """For a new account."""

    name = StringField(_("Name"), [InputRequired(), Length(min=2, max=40)])
    password = PasswordField(_("Password"), [InputRequired(), Length(min=8)])
    submit = SubmitField(_("Register"))

    def validate_name(self, field: StringField) -> None:
        if find_user_named(field.data or ""):
            raise ValidationError(_("This name is taken."))


class LoginForm(FlaskForm):
    """For an account that exists."""

    name = StringField(_("Name"), [InputRequired()])
    password = PasswordField(_("Password"), [InputRequired()])
    submit = SubmitField(_("Log in"))


class EntryForm(FlaskForm):
    """For an entry in the book."""

    text = TextAreaField(_("Your words"), [InputRequired(), Length(max=500)])
    visited_on = DateField(_("Visited on"), [InputRequired()])
    submit = SubmitField(_("Sign"))
