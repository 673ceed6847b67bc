"""Judge the Host header of a request: whether it names a host, and one that the app trusts.

`url_building.py` refuses the others; `matching.py` and `short_path.py` only ask whether a request's
host is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from copy import copy
from functools import partial
from typing import Final

from cruse_core.text_cache import TextCache

# RFC 3986, 3.2.2, without what is escaped; containers' names have underscores.
_HOST: Final = re.compile(
    r"(?P<name>[\w.-]+|\[[\da-f.]*:[\da-f.:]*\])(?::(?P<port>\d{1,5}))?", re.ASCII | re.IGNORECASE
)
# The longest name of the DNS has 253 characters; a port follows.
_LONGEST_HOST: Final = 260


def find_name(host: str) -> str | None:
    """Return the name or address in a Host header, in lower case; None if it is malformed."""
    match = _HOST.fullmatch(host)
    if match is None or not 0 < int(match["port"] or 1) < 65536:
        return None
    return match["name"].lower()


def is_trusted(host: str, trusted: Collection[str] | str) -> bool:
    """Return whether a host is among the *trusted* ones; the case of letters makes no difference.

    Args:
        host: Value of a Host header, in which a port does not count.
        trusted: Names, or one of them; with a leading dot a name stands for its subdomains, too. If
            there are none, every host is trusted.
    """
    name = find_name(host)
    if name is None or not trusted:
        return name is not None
    for entry in [trusted] if isinstance(trusted, str) else trusted:
        wanted = find_name(_to_ascii(entry.removeprefix(".")))
        if wanted is not None and (
            name == wanted or (entry.startswith(".") and name.endswith(f".{wanted}"))
        ):
            return True
    return False


def _to_ascii(name: str) -> str:
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


class AcceptedHosts(TextCache[str | None, bool]):
    """Whether each host is served; None, for a request without the header, is undecided: False.

    Args:
        trusted: TRUSTED_HOSTS.
    """

    __slots__ = ("trusted",)

    def __init__(self, trusted: Collection[str] | str | None) -> None:
        judge = partial(_is_accepted, trusted=copy(trusted) or ())
        super().__init__(judge, longest=_LONGEST_HOST)
        #: What the setting was; another one needs another table.
        self.trusted = copy(trusted)


def _is_accepted(host: str | None, trusted: Collection[str] | str) -> bool:
    return host is not None and is_trusted(host, trusted)
