"""Offer to the templates what they need to show notes, dates and forms."""

from __future__ import annotations

from datetime import date, datetime

from cruse import Cruse, current_app

from .auth import find_user
from .config import TEXT_LIMIT_BYTES
from .forms import ButtonForm, input_attributes
from .markdown import excerpt, render_markdown


def format_day(day: date | datetime) -> str:
    """Return *day* as "3 May 2025"."""
    return f"{day.day} {day:%B %Y}"


def format_megabytes(size_bytes: int) -> str:
    """Return a limit as "5" or "4.8": rounded down, so that what it promises fits."""
    return f"{size_bytes * 10 // 1048576 / 10:g}"


def picture_limit_bytes() -> int:
    """Return how large a picture may be, so that the form around it still fits in."""
    limit: int = current_app.config["MAX_CONTENT_LENGTH"]
    return limit - TEXT_LIMIT_BYTES


def init_app(app: Cruse) -> None:
    """Make the filters and helpers known to the templates of *app*."""
    app.add_template_filter(format_day, "day")
    app.add_template_filter(format_megabytes, "megabytes")
    app.add_template_filter(render_markdown, "markdown")
    app.add_template_filter(excerpt, "excerpt")
    # Functions rather than values: a page that does not ask costs no query.
    app.add_template_global(find_user)
    app.add_template_global(ButtonForm, "make_button_form")
    app.add_template_global(input_attributes)
    app.add_template_global(picture_limit_bytes)
