"""Turn Markdown into HTML that is safe to show, and into plain text for excerpts.

Two locks on one door: the parser lets no HTML of the writer through, and the cleaner then keeps
only the elements named here.
"""

from __future__ import annotations

import html
import re
from collections.abc import MutableMapping, Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_parser = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(
    ["table", "strikethrough", "replacements", "smartquotes"]
)

# No images: one from elsewhere would tell its host who reads the note, and when.
_TAGS = {
    *("p", "br", "hr", "blockquote", "ul", "ol", "li", "pre", "code", "em", "strong", "s", "a"),
    *("h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}

# Something must stand between two blocks, or the end of one would touch the next. It goes in front
# of their ends: between the cells of a table there may be no text.
_EMPTY_CELLS = re.compile(r"<t[hd]></t[hd]>\s*")
_SEPARATORS = [
    (re.compile(r"(</(?:p|pre)>|<br>)"), " "),
    (re.compile(r"(</(?:li|h\d)>|</t[hd]>\s*</tr>)"), " · "),
    (re.compile(r"(</t[hd]>\s*<t[hd]>)"), " | "),
]


def render_markdown(text: str) -> Markup:
    """Return *text* as HTML. Headings start at level 2, below the title of the note."""
    env: MutableMapping[str, Any] = {}
    tokens = _parser.parse(text, env)
    _lower_headings(tokens)
    rendered = _parser.renderer.render(tokens, _parser.options, env)
    clean = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - the line above made it safe


def excerpt(text: str, length: int = 190) -> str:
    """Return the beginning of *text* without its Markdown, cut between two words."""
    rendered = _EMPTY_CELLS.sub("", str(render_markdown(text)))
    for end, separator in _SEPARATORS:
        rendered = end.sub(rf"{separator}\1", rendered)
    plain = " ".join(html.unescape(nh3.clean(rendered, tags=set())).split()).removesuffix(" ·")
    if len(plain) <= length:
        return plain
    return plain[:length].rsplit(" ", 1)[0].rstrip(" ,;:.–—-·") + " …"


def _lower_headings(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
