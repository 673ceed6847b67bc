"""Tidy the text that people send, before it is checked or kept."""

from __future__ import annotations

import re

_LINE_ENDS = re.compile(r"\r\n?")


def tidy_block(text: str | None) -> str:
    """Return *text* with one kind of line end, and free of characters that no database keeps.

    PostgreSQL refuses NUL, and a lone surrogate (which JSON can carry) has no UTF-8 form.
    """
    if not text:
        return ""
    readable = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return _LINE_ENDS.sub("\n", readable).strip()


def tidy_line(text: str | None) -> str:
    """Return *text* as a single line with single spaces."""
    return " ".join(tidy_block(text).split())


def tidy_tag(text: str) -> str:
    """Return *text* as a tag: lower case, without a leading "#"."""
    return tidy_line(text).lstrip("#").strip().lower()


def split_tags(text: str | None) -> list[str]:
    """Return the tags in *text*, which stand between commas; each once, in the order given."""
    tags = (tidy_tag(part) for part in (text or "").split(","))
    return list(dict.fromkeys(tag for tag in tags if tag))
