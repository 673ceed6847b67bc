"""Write values that JSON has no type for, and read them back as what they were.

A tagged value is an object with one key that names its type: `{" t": [1, 2]}` is a tuple. The
session cookie is written this way.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from markupsafe import Markup
from werkzeug.http import http_date, parse_date

from cruse_core.active_app import find_active_app
from cruse_core.json_provider import json_default

# Types that pass every default tag untouched. Subclasses may be tagged: `Markup` is a `str`.
_PLAIN_TYPES = frozenset({str, int, float, bool, type(None)})


class JSONTag:
    """How values of one type are written; the base class of all tags.

    Args:
        serializer: The serializer that the tag belongs to, for values inside of values.
    """

    __slots__ = ("serializer",)

    #: The key that marks such a value; a tag without one only looks into a container.
    key: str = ""

    def __init__(self, serializer: TaggedJSONSerializer) -> None:
        self.serializer = serializer

    def check(self, value: Any) -> bool:
        """Return whether *value* is to be written by this tag."""
        raise NotImplementedError

    def to_json(self, value: Any) -> Any:
        """Return *value* as something that JSON has a type for."""
        raise NotImplementedError

    def to_python(self, value: Any) -> Any:
        """Return what `to_json` made *value* from."""
        raise NotImplementedError

    def tag(self, value: Any) -> Any:
        """Return *value* as it is written: under the key of this tag."""
        return {self.key: self.to_json(value)}


class _TypeTag(JSONTag):
    """A tag for the values of one type."""

    __slots__ = ()
    python_type: type[Any]

    def check(self, value: Any) -> bool:
        return isinstance(value, self.python_type)


class PassDict(_TypeTag):
    """A dict that looks like no tagged value: only its values may need tags."""

    __slots__ = ()
    python_type = dict

    def to_json(self, value: Any) -> Any:  # noqa: D102 - as in the base class, here and below
        tag = self.serializer.tag
        return {key: tag(inner) for key, inner in value.items()}

    tag = to_json


class PassList(_TypeTag):
    """A list: only its items may need tags."""

    __slots__ = ()
    python_type = list

    def to_json(self, value: Any) -> Any:  # noqa: D102
        return list(map(self.serializer.tag, value))

    tag = to_json


class TagDict(_TypeTag):
    """A dict that would be taken for a tagged value, because its only key is a tag's."""

    __slots__ = ()
    key = " di"
    python_type = dict

    def check(self, value: Any) -> bool:  # noqa: D102
        return (
            super().check(value) and len(value) == 1 and set(value) <= self.serializer.tags.keys()
        )

    def to_json(self, value: Any) -> Any:  # noqa: D102
        # Two more underscores make it no tag's key.
        [(key, inner)] = value.items()
        return {f"{key}__": self.serializer.tag(inner)}

    def to_python(self, value: Any) -> Any:  # noqa: D102
        [(key, inner)] = value.items()
        return {key.removesuffix("__"): inner}


class TagTuple(_TypeTag):
    """A tuple, which is written as a list."""

    __slots__ = ()
    key = " t"
    python_type = tuple

    def to_python(self, value: Any) -> Any:  # noqa: D102
        return tuple(value)

    def to_json(self, value: Any) -> Any:  # noqa: D102
        return list(map(self.serializer.tag, value))


class TagBytes(_TypeTag):
    """Bytes, written in Base64."""

    __slots__ = ()
    key = " b"
    python_type = bytes

    def to_python(self, value: Any) -> Any:  # noqa: D102
        return b64decode(value)

    def to_json(self, value: Any) -> Any:  # noqa: D102
        return b64encode(value).decode("ascii")


class TagUUID(_TypeTag):
    """A UUID, written as 32 hexadecimal digits."""

    __slots__ = ()
    key = " u"
    python_type = UUID

    def to_python(self, value: Any) -> Any:  # noqa: D102
        return UUID(value)

    def to_json(self, value: Any) -> Any:  # noqa: D102
        return value.hex


class TagDateTime(_TypeTag):
    """A datetime, written as an HTTP date: in UTC and without fractions of a second."""

    __slots__ = ()
    key = " d"
    python_type = datetime

    def to_python(self, value: Any) -> Any:  # noqa: D102
        return parse_date(value)

    def to_json(self, value: Any) -> Any:  # noqa: D102
        return http_date(value)


class TagMarkup(JSONTag):
    """Text that is safe HTML: whatever has an `__html__` method. It comes back as `Markup`."""

    __slots__ = ()
    key = " m"

    def to_python(self, value: Any) -> Any:  # noqa: D102
        return Markup(value)  # noqa: S704 - it was markup when it was written

    def to_json(self, value: Any) -> Any:  # noqa: D102
        return str(value.__html__())

    def check(self, value: Any) -> bool:  # noqa: D102
        return callable(getattr(value, "__html__", None))


class TaggedJSONSerializer:
    """Write and read JSON with tags, in a compact form, as the active app writes and reads JSON.

    Args:
        default: Turns a value that has neither a tag nor a JSON type into one that has, where no
            app is active.

    Attributes:
        tags: The tags by their key.
        order: All tags, in the order in which they are asked whether a value is theirs.
    """

    __slots__ = ("_default", "_default_order", "order", "tags")

    #: Tags of every new serializer. The order counts: a dict that looks tagged is also a dict.
    default_tags: ClassVar[list[type[JSONTag]]] = [
        TagDict,
        PassDict,
        TagTuple,
        PassList,
        TagBytes,
        TagMarkup,
        TagUUID,
        TagDateTime,
    ]

    def __init__(self, default: Callable[[Any], Any] = json_default) -> None:
        self.tags: dict[str, JSONTag] = {}
        self.order: list[JSONTag] = []
        self._default = default
        for tag_class in self.default_tags:
            self.register(tag_class)
        is_standard = self.default_tags is TaggedJSONSerializer.default_tags
        self._default_order = self.order.copy() if is_standard else None

    def register(
        self, tag_class: type[JSONTag], force: bool = False, index: int | None = None
    ) -> None:
        """Add a tag.

        Args:
            tag_class: The class of the tag.
            force: Whether it may replace the tag of the same key.
            index: Its place among the tags; the last by default. A tag for a subclass of `dict`
                must come before the one for `dict`: give it index 0.

        Raises:
            KeyError: The key belongs to another tag already.
        """
        tag = tag_class(self)
        if tag.key:
            if tag.key in self.tags and not force:
                raise KeyError(
                    f"Tag key {tag.key!r} of {tag_class.__name__} is already used by "
                    f"{type(self.tags[tag.key]).__name__}. It must be unique to read values back. "
                    "Choose another key, or replace that tag with force=True."
                )
            self.tags[tag.key] = tag
        self.order.insert(len(self.order) if index is None else index, tag)

    def has_standard_tags(self) -> bool:
        """Return whether the tags are those that every serializer starts with."""
        return self.order == self._default_order

    def tag(self, value: Any) -> Any:
        """Return *value* with tags wherever JSON lacks a type, itself and inside of it."""
        # PERF: eight calls less for a value that no standard tag takes, and none for each value of
        # a flat session (benchmarks/scenarios.py, session).
        if self.order == self._default_order:
            if type(value) in _PLAIN_TYPES:
                return value
            if (
                isinstance(value, dict)
                and _PLAIN_TYPES.issuperset(map(type, value.values()))
                and (len(value) != 1 or self.tags.keys().isdisjoint(value))
            ):
                return dict(value)
        for tag in self.order:
            if tag.check(value):
                return tag.tag(value)
        return value

    def untag(self, value: dict[str, Any]) -> Any:
        """Return what a tagged *value* stands for; a dict that is not tagged, as it is.

        Values inside of it must be untagged already.
        """
        if len(value) == 1:
            [(key, inner)] = value.items()
            if key in self.tags:
                return self.tags[key].to_python(inner)
        return value

    def untag_all(self, value: Any) -> Any:
        """Return *value* without tags, itself and inside of it, from the innermost outwards."""
        if isinstance(value, dict):
            return self.untag({key: self.untag_all(inner) for key, inner in value.items()})
        if isinstance(value, list):
            return list(map(self.untag_all, value))
        return value

    def may_be_tagged(self, text: str) -> bool:
        """Return False only if nothing in the JSON document *text* can be tagged."""
        # PERF: two searches instead of a walk through every value (benchmarks/scenarios.py,
        # session). Each standard key begins with a space, as itself or as an escape.
        return '" ' in text or "\\u0020" in text or not self.has_standard_tags()

    def dumps(self, value: Any) -> str:
        """Return *value* as a JSON document with tags."""
        app = find_active_app()
        if app is not None:
            return app.json.dumps(self.tag(value), separators=(",", ":"))
        return json.dumps(self.tag(value), default=self._default, separators=(",", ":"))

    def loads(self, value: str) -> Any:
        """Return the value that `dumps` made the document *value* from."""
        app = find_active_app()
        return self.untag_all((json if app is None else app.json).loads(value))
