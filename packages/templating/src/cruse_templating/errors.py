"""Say where a missing template was looked for, and which existing name is nearest.

Both classes are caught by whoever catches those of Jinja2, and their text is that of Jinja2's: a
program may show it to its visitors. The folders of the server stand in a note, which the log, the
debugger and the traceback show. The search for a nearest name waits until one of these reads it:
`{% include ... ignore missing %}` and lists of names never do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple, Protocol

from jinja2 import BaseLoader, TemplateNotFound, TemplatesNotFound

from cruse_core.errors import CruseError


class Place(NamedTuple):
    """A loader that was asked for a template."""

    owner: str
    loader: BaseLoader

    def __str__(self) -> str:
        folders = folders_of(self.loader)
        if not folders:
            return f"{type(self.loader).__name__} of {self.owner}"
        marked = (f if os.path.isdir(f) else f"{f} (no such folder)" for f in folders)
        return f"{', '.join(marked)} of {self.owner}"


class Search(Protocol):
    """What an error asks of the loader that found nothing."""

    def iter_places(self) -> Iterable[Place]:
        """Iterate over the loaders in the order of the search."""
        ...

    def list_templates(self) -> list[str]:
        """Return the names of all templates."""
        ...


def folders_of(loader: BaseLoader) -> list[str]:
    """Return the folders that *loader* reads; none if it reads something else."""
    searchpath = getattr(loader, "searchpath", None)
    return [os.fspath(folder) for folder in searchpath] if searchpath else []


def find_nearest_name(name: str, existing: Sequence[str]) -> str | None:
    """Return the name in *existing* that *name* was probably meant to be, or None."""
    same_file = [other for other in existing if other.rpartition("/")[2] == name.rpartition("/")[2]]
    matches = get_close_matches(name, same_file or existing, n=1, cutoff=0.0 if same_file else 0.6)
    return matches[0] if matches else None


def _explain(what: str, names: Sequence[str], search: Search) -> str:
    """Return *what* happened, where *names* were looked for, and what to do."""
    places = list(search.iter_places())
    if not places:
        return (
            f"{what} Neither the app nor a blueprint has a template folder to look in. "
            "Give the app's constructor template_folder='templates'."
        )
    looked = "; ".join(str(place) for place in places)
    existing = search.list_templates()
    nearest = next((n for name in names if (n := find_nearest_name(name, existing))), None)
    advice = f"Did you mean {nearest!r}?" if nearest else "Create it in one of these places."
    return f"{what} It was looked for in: {looked}. {advice}"


class MissingTemplateError(CruseError, TemplateNotFound):
    """No loader of the app knows the template."""

    def __init__(self, name: str, search: Search) -> None:
        super().__init__(name)
        self._missing = name
        self._search = search

    @cached_property
    def explanation(self) -> str:
        """Where it was looked for, and what to do."""
        what = f"Template {self._missing!r} was not found."
        return _explain(what, [self._missing], self._search)

    @cached_property
    def __notes__(self) -> list[str]:  # type: ignore[override]  # its list can be added to
        return [self.explanation]

    def __reduce__(self) -> tuple[type[TemplateNotFound], tuple[str], dict[str, list[str]]]:
        # Another process has neither the app nor its folders at hand: it gets the finished text.
        return TemplateNotFound, (self._missing,), {"__notes__": self.__notes__}


class MissingTemplatesError(CruseError, TemplatesNotFound):
    """No loader of the app knows any of several templates."""

    def __init__(self, names: Sequence[str], search: Search) -> None:
        super().__init__(names)
        self._missing = list(names)
        self._search = search

    @cached_property
    def explanation(self) -> str:
        """Where they were looked for, and what to do."""
        what = f"None of the templates {', '.join(map(repr, self._missing))} was found."
        return _explain(what, self._missing, self._search)

    @cached_property
    def __notes__(self) -> list[str]:  # type: ignore[override]  # its list can be added to
        return [self.explanation]

    def __reduce__(self) -> tuple[type[TemplatesNotFound], tuple[list[str]], dict[str, list[str]]]:
        return TemplatesNotFound, (self._missing,), {"__notes__": self.__notes__}
