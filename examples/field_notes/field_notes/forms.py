"""Describe the forms, and check and tidy what they bring.

`NoteFields` is shared with the JSON API, so that both ways of writing a note obey the same rules.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import CombinedMultiDict, FileStorage
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FileField,
    Form,
    PasswordField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.csrf.session import SessionCSRF
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from cruse import current_app, request, session

from . import models
from .image_headers import ImageHeader, read_image_header
from .notebook import NoteText
from .text import split_tags, tidy_block, tidy_line

PASSWORD_MIN_LENGTH = 8
# Hashing takes time in proportion to its input, so the length has an end.
PASSWORD_MAX_LENGTH = 256
EARLIEST_OBSERVATION = date(1700, 1, 1)
EXPIRED_FORM = "This form had expired. Nothing is lost: please send it once more."


class SafeForm(Form):
    """A form that only a page of ours can send."""

    class Meta:
        """WTForms' own CSRF protection: its secret is the app's, its salt in the session."""

        csrf = True
        csrf_class = SessionCSRF

        @property
        def csrf_secret(self) -> bytes:
            """Key of the tokens."""
            key = current_app.secret_key or ""
            return key.encode() if isinstance(key, str) else key

        @property
        def csrf_context(self) -> Any:
            """Where the salt of this visitor is kept."""
            return session

        @property
        def csrf_time_limit(self) -> timedelta:
            """How long a page may lie open before its form is sent."""
            limit: timedelta = current_app.config["CSRF_TOKEN_LIFETIME"]
            return limit

    expired_message = EXPIRED_FORM

    def is_sent(self) -> bool:
        """Tell whether the form came with this request, and whole, and passes every check."""
        return request.method == "POST" and self.validate()

    @property
    def has_expired(self) -> bool:
        """Tell whether the check failed because the CSRF token was missing, wrong or too old."""
        return "csrf_token" in self.errors

    @property
    def status(self) -> int:
        """Status of the page that shows this form."""
        return 400 if self.errors else 200


def sent_data() -> CombinedMultiDict[str, Any]:
    """Return the fields and files of this request; a form takes nothing from none."""
    return CombinedMultiDict([request.files, request.form])


class NoteFields(Form):
    """The text of a note."""

    title = StringField(
        "Title",
        [
            DataRequired("Give the note a title."),
            Length(max=models.TITLE_LENGTH, message="At most %(max)d characters."),
        ],
        filters=[tidy_line],
    )
    observed_on = DateField(
        "Seen on",
        [InputRequired("When was it? Write the date like 2025-06-21.")],
        default=date.today,
    )
    place = StringField(
        "Place",
        [Length(max=models.PLACE_LENGTH, message="At most %(max)d characters.")],
        filters=[tidy_line],
    )
    body = TextAreaField(
        "Note",
        [Length(max=models.BODY_LENGTH, message="At most %(max)d characters.")],
        filters=[tidy_block],
    )
    tags = StringField("Tags", filters=[tidy_line])

    def validate_tags(self, field: StringField) -> None:
        """Hold number and length of the tags within what the database keeps."""
        tags = split_tags(field.data)
        if len(tags) > models.TAGS_PER_NOTE:
            raise ValidationError(f"At most {models.TAGS_PER_NOTE} tags fit on a note.")
        for tag in tags:
            if len(tag) > models.TAG_LENGTH:
                raise ValidationError(
                    f"The tag “{tag[:20]}…” is longer than {models.TAG_LENGTH} characters."
                )

    def validate_observed_on(self, field: DateField) -> None:
        """Refuse days that nobody can have seen; tomorrow is allowed, for time zones."""
        latest = date.today() + timedelta(days=1)
        if field.data and not EARLIEST_OBSERVATION <= field.data <= latest:
            raise ValidationError(f"Choose a day between {EARLIEST_OBSERVATION} and today.")

    def to_text(self) -> NoteText:
        """Return what was written. Ask only after the form passed its checks."""
        assert self.observed_on.data is not None
        return NoteText(
            title=self.title.data or "",
            body=self.body.data or "",
            place=self.place.data or "",
            observed_on=self.observed_on.data,
            tags=tuple(split_tags(self.tags.data)),
        )


class NoteForm(SafeForm, NoteFields):
    """A note with its picture."""

    picture = FileField("Picture")
    picture_alt = StringField(
        "What the picture shows",
        [Length(max=models.ALT_LENGTH, message="At most %(max)d characters.")],
        filters=[tidy_line],
    )
    remove_picture = BooleanField("Remove the picture")

    image_header: ImageHeader | None = None

    @property
    def upload(self) -> FileStorage | None:
        """The picture that was sent, if one was chosen."""
        data = self.picture.data
        return data if isinstance(data, FileStorage) and data.filename else None

    def validate_picture(self, _field: FileField) -> None:
        """Accept pictures only, whatever the file calls itself."""
        if self.upload is None:
            return
        header = read_image_header(self.upload.stream)
        if header is None:
            raise ValidationError("That file is not a JPEG, PNG, GIF or WebP picture.")
        limit: int = current_app.config["MAX_PICTURE_SIDE_PIXELS"]
        if max(header.width_pixels, header.height_pixels) > limit:
            raise ValidationError(f"The picture is more than {limit} pixels wide or high.")
        self.image_header = header


class ButtonForm(SafeForm):
    """A form of one button: sign out, delete."""


class SignInForm(SafeForm):
    """Name and password of somebody who has a notebook."""

    name = StringField("Name", [DataRequired("Who are you?")], filters=[tidy_line])
    password = PasswordField(
        "Password",
        [
            InputRequired("Type your password."),
            Length(max=PASSWORD_MAX_LENGTH, message="At most %(max)d characters."),
        ],
    )


class SignUpForm(SafeForm):
    """Name and password of somebody new."""

    name = StringField(
        "Name",
        [
            DataRequired("Choose a name."),
            Length(3, models.NAME_LENGTH, message="Between %(min)d and %(max)d characters."),
            Regexp(
                r"[a-z0-9][a-z0-9_-]*\Z",
                message="Letters a to z, digits, hyphens and underscores only.",
            ),
        ],
        filters=[tidy_line, str.lower],
    )
    password = PasswordField(
        "Password",
        [
            InputRequired("Choose a password."),
            Length(
                PASSWORD_MIN_LENGTH,
                PASSWORD_MAX_LENGTH,
                message="Between %(min)d and %(max)d characters.",
            ),
        ],
    )


class TokenForm(SafeForm):
    """The name of a new API token."""

    label = StringField(
        "What is the token for?",
        [
            DataRequired("Give the token a name."),
            Length(max=models.TOKEN_LABEL_LENGTH, message="At most %(max)d characters."),
        ],
        filters=[tidy_line],
    )


def input_attributes(field: Field, *, hint: str = "", **attributes: Any) -> dict[str, Any]:
    """Return *attributes*, and what ties *field* to its hint and its errors for those who hear it.

    The templates give the hint of a field the id "<field>-hint", its first error "<field>-error".
    """
    described_by = [f"{field.id}-hint"] if hint else []
    if field.errors:
        attributes["aria-invalid"] = "true"
        described_by.append(f"{field.id}-error")
    if described_by:
        attributes["aria-describedby"] = " ".join(described_by)
    return attributes
