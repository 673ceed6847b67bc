"""Turn values into JSON documents and responses, and documents into values: `app.json`.

`conversion.py` decides when a view's value becomes JSON; this file only how. It also holds the one
encoder that the whole framework keeps.
"""

from __future__ import annotations

import dataclasses
import json
import json.encoder
import sys
import weakref
from collections.abc import Callable, Mapping
from datetime import date, time
from functools import partial
from typing import IO, Any, AnyStr, NamedTuple, Protocol
from uuid import UUID

from werkzeug.http import http_date
from werkzeug.wrappers import Response as BaseResponse

from cruse_core.choices import get_choice
from cruse_core.errors import JSONNumberError
from cruse_core.json_values import find_non_finite, sort_by_text

# The arguments of `dumps` for a document without white space, as responses and cookies want it.
_COMPACT: Mapping[str, Any] = {"separators": (",", ":")}
# The same for a response, which holds no number that JSON lacks.
_STRICT: Mapping[str, Any] = {"separators": (",", ":"), "allow_nan": False}

# What may stand around a document.
_WHITE_SPACE = " \t\n\r"

# Reads the document that starts at an index, and returns the value and the index of its end.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # typeshed lacks it


class ProviderApp(Protocol):
    """What a JSON provider asks of its app."""

    @property
    def debug(self) -> bool:
        """Whether documents are indented, unless the provider's `compact` decides."""
        ...

    @property
    def response_class(self) -> type[BaseResponse]:
        """Class of the responses that are made."""
        ...


class ConfiguredApp(ProviderApp, Protocol):
    """What the provider that an app starts with asks of it."""

    json: JSONProvider

    @property
    def config(self) -> Mapping[str, Any]:
        """The settings JSON_PROVIDER and JSON_DATES."""
        ...


def json_default(value: Any) -> Any:
    """Return a value of a JSON type for *value*, as `DefaultJSONProvider` writes it.

    Raises:
        TypeError: There is none.
    """
    if isinstance(value, date):
        return http_date(value)
    # PERF: a decimal exists only where somebody has imported the module (benchmarks/scenarios.py,
    # import).
    if isinstance(value, UUID) or (
        (decimal := sys.modules.get("decimal")) is not None and isinstance(value, decimal.Decimal)
    ):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    as_html = getattr(value, "__html__", None)
    if as_html is not None:
        return str(as_html())
    raise TypeError(
        f"Object of type {type(value).__name__} is not JSON serializable: JSON has no such type. "
        "Convert it first, or set app.json.default to a function that does."
    )


def json_default_iso8601(value: Any) -> Any:
    """Return a value of a JSON type for *value*, with dates and times as ISO 8601 writes them.

    A time keeps its offset from UTC if it has one. All else is as in `json_default`.

    Raises:
        TypeError: There is none.
    """
    if isinstance(value, (date, time)):
        return value.isoformat()
    return json_default(value)


class JSONProvider:
    """The JSON operations of an app; a subclass gives at least `dumps` and `loads`.

    Args:
        app: The app whose `json` this is. It is not kept alive.
    """

    # What a program sets on `app.json`. `DefaultJSONProvider` has them; another one may lack them.
    default: Callable[[Any], Any]
    ensure_ascii: bool
    sort_keys: bool
    compact: bool | None
    mimetype: str

    def __init__(self, app: ProviderApp) -> None:
        self._app: ProviderApp = app if isinstance(app, weakref.ProxyTypes) else weakref.proxy(app)

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return *obj* as a JSON document; *kwargs* are the library's own."""
        raise NotImplementedError

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of the JSON document *s*; *kwargs* are the library's own.

        Raises:
            ValueError: The document is malformed.
        """
        raise NotImplementedError

    def dump(self, obj: Any, fp: IO[str], **kwargs: Any) -> None:
        """Write *obj* as a JSON document to *fp*, a text file open for writing."""
        fp.write(self.dumps(obj, **kwargs))

    def load(self, fp: IO[AnyStr], **kwargs: Any) -> Any:
        """Return the value of the JSON document in *fp*, a file open for reading."""
        return self.loads(fp.read(), **kwargs)

    def response(self, *args: Any, **kwargs: Any) -> BaseResponse:
        """Return a response with a JSON document: one value, a list of values, or an object.

        Raises:
            TypeError: There are positional and keyword arguments.
        """
        value = self._prepare_response_obj(args, kwargs)
        return self._app.response_class(self.dumps(value), mimetype="application/json")

    def _prepare_response_obj(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return the value that the arguments of `JSONProvider.response` stand for.

        Raises:
            TypeError: There are positional and keyword arguments.
        """
        if args and kwargs:
            raise TypeError(
                f"A JSON response was given {len(args)} positional and {len(kwargs)} keyword "
                "arguments. It is either a value or an object made of keywords, so it takes either "
                "args or kwargs, not both. Pass one dict: jsonify({...})."
            )
        if len(args) > 1:
            return list(args)
        if args:
            return args[0]
        return kwargs or None


class _Encoders(NamedTuple):
    """What writes documents: with spaces, without them, and so but without NaN and infinity."""

    spaced: Callable[[Any], str]
    compact: Callable[[Any], str]
    strict: Callable[[Any], str]


class DefaultJSONProvider(JSONProvider):
    """JSON by the standard library.

    Beyond what that supports, it writes a date as HTTP date, a `Decimal` and a `UUID` as text, a
    dataclass as an object, and what has an `__html__` method as the text which that returns.
    """

    #: Turns a value of a type that JSON lacks into one of a type that it has.
    default: Callable[[Any], Any] = staticmethod(json_default)
    #: Whether other characters than ASCII are written as escapes.
    ensure_ascii = True
    #: Whether objects are sorted by key; keys of several types by the text that is written.
    sort_keys = True
    #: Whether responses may hold NaN and infinity, which JSON lacks and browsers refuse.
    allow_nan = False
    #: Whether responses carry no white space; None: not in debug mode.
    compact: bool | None = None
    #: Content type of responses.
    mimetype = "application/json"

    # The encoders, and the attributes that they depend on.
    _kept: tuple[object, _Encoders] = (None, _Encoders(str, str, str))

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return *obj* as a JSON document.

        Args:
            obj: The value.
            **kwargs: Arguments of `json.dumps`; by default they are this object's attributes.

        Raises:
            TypeError: It contains a value that cannot be written.
        """
        try:
            # PERF: what `_dump` does with these (benchmarks/scenarios.py, session).
            if kwargs == _COMPACT:
                return self._get_encoders().compact(obj)
            return self._dump(obj, kwargs)
        except TypeError as exc:
            if "not supported between" not in str(exc) or not kwargs.get(
                "sort_keys", self.sort_keys
            ):
                raise
        # Keys of several types cannot be compared.
        default = kwargs.get("default", self.default)
        return self._dump(sort_by_text(obj, default), {**kwargs, "sort_keys": False})

    def _dump(self, obj: Any, kwargs: dict[str, Any]) -> str:
        if not kwargs:
            return self._get_encoders().spaced(obj)
        if kwargs == _STRICT:
            return self._get_encoders().strict(obj)
        kwargs.setdefault("default", self.default)
        kwargs.setdefault("ensure_ascii", self.ensure_ascii)
        kwargs.setdefault("sort_keys", self.sort_keys)
        return json.dumps(obj, **kwargs)

    def _get_encoders(self) -> _Encoders:
        # PERF: the encoders are kept, and made anew once an attribute that they depend on has
        # changed (benchmarks/scenarios.py, json).
        settings = (self.default, self.ensure_ascii, self.sort_keys)
        kept_settings, encoders = self._kept
        if kept_settings != settings:
            encoders = _Encoders(
                spaced=make_encode(*settings, (", ", ": ")),
                compact=make_encode(*settings, (",", ":")),
                strict=make_encode(*settings, (",", ":"), allow_nan=False),
            )
            self._kept = (settings, encoders)
        return encoders

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Return the value of the JSON document *s*.

        Args:
            s: Text, or bytes in UTF-8, UTF-16 or UTF-32.
            **kwargs: Arguments of `json.loads`.

        Raises:
            ValueError: The document is malformed.
        """
        # PERF: a third of the cost of a small body is finding out that it is UTF-8, which an object
        # or a list tells by its first two bytes (benchmarks/scenarios.py, json echo).
        if type(s) is bytes and s[:1] in {b"{", b"["} and s[1:2] != b"\0":
            s = s.decode("utf-8", "surrogatepass")
        try:
            if kwargs or type(s) is not str or s[:1] not in {"{", "["}:
                return json.loads(s, **kwargs)
            # PERF: the scanner takes a third of the time of `json.loads`, which looks for white
            # space with regular expressions. It raises that function's errors, so that nothing is
            # scanned twice (benchmarks/scenarios.py, json echo, session).
            value, end = _scan(s, 0)
        except StopIteration as exc:
            assert isinstance(s, str)
            raise json.JSONDecodeError("Expecting value", s, exc.value) from None
        except RecursionError:
            raise json.JSONDecodeError("More levels than can be read", "", 0) from None
        if end != len(s):
            rest = s[end:].lstrip(_WHITE_SPACE)
            if rest:
                raise json.JSONDecodeError("Extra data", s, len(s) - len(rest))
        return value

    def response(self, *args: Any, **kwargs: Any) -> BaseResponse:
        """Return a response with a JSON document: one value, a list of values, or an object.

        Args:
            *args: The value, or several that become a list; none is None.
            **kwargs: The members of an object, instead of *args*.

        Raises:
            TypeError: There are positional and keyword arguments.
        """
        value = self._prepare_response_obj(args, kwargs)
        return self._app.response_class(self.make_document(value), mimetype=self.mimetype)

    def make_document(self, value: Any) -> str:
        """Return the text of a response with *value*: indented, or compact, and a line end.

        Raises:
            JSONNumberError: It contains NaN or infinity, and `allow_nan` is not set.
        """
        is_indented = self._app.debug if self.compact is None else not self.compact
        if not is_indented and type(self).dumps is _DUMPS and "dumps" not in self.__dict__:
            # PERF: what `dumps` would do (benchmarks/scenarios.py, json).
            encoders = self._get_encoders()
            try:
                return (encoders.compact if self.allow_nan else encoders.strict)(value) + "\n"
            except (TypeError, ValueError):
                pass  # `dumps` knows a way out, or there is a better error.
        arguments: Mapping[str, Any] = {"indent": 2} if is_indented else _COMPACT
        # A `dumps` of the application's own may not know the argument, and is its own affair.
        if (
            not self.allow_nan
            and type(self).dumps.__module__ == __name__
            and "dumps" not in self.__dict__
        ):
            arguments = {"indent": 2, "allow_nan": False} if is_indented else _STRICT
        try:
            return f"{self.dumps(value, **arguments)}\n"
        except ValueError as exc:
            found = find_non_finite(value, self.default) if "Out of range" in str(exc) else None
            if found is None:
                raise
        place, number = found
        raise JSONNumberError(
            f"The value of a response{place} is {number}. "
            "JSON has no such number, and a browser refuses the whole document. "
            "Send None or a text in its place; or set app.json.allow_nan = True if all clients "
            "read NaN and Infinity."
        )


_DUMPS = DefaultJSONProvider.dumps


class OrjsonProvider(DefaultJSONProvider):
    """JSON by orjson where that gives what `DefaultJSONProvider` gives, several times as fast.

    Set JSON_PROVIDER to "orjson". In place of that, a subclass of `App` may have the attribute
    `json_provider_class = OrjsonProvider`, or an app may be given `app.json = OrjsonProvider(app)`.

    What orjson refuses (integers beyond 64 bits, keys that are no text) or writes otherwise
    (indented and spaced documents, escapes for `ensure_ascii`) goes to the standard library. These
    differences remain: numbers may be written in another form (`1e16` for `1e+16`), NaN and
    infinity become `null` where they are no error, members of an `Enum` are written as their value,
    and `default` is asked neither about these nor about a `UUID`. Documents are read by the
    standard library, because orjson makes floats of integers beyond 64 bits.

    Raises:
        ImportError: orjson is not installed.
    """

    def __init__(self, app: ProviderApp) -> None:
        super().__init__(app)
        try:
            import orjson  # PERF: optional, so imported by its users only (benchmarks/scenarios.py)
        except ImportError:
            raise ImportError(
                "OrjsonProvider needs the package orjson, which is not installed. "
                "Install it with 'pip install cruse-core[orjson]', or use DefaultJSONProvider, "
                "which JSON_PROVIDER = 'default' stands for.",
                name="orjson",
            ) from None
        self._encode = orjson.dumps
        self._options = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
        self._sorted_options = self._options | orjson.OPT_SORT_KEYS

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return *obj* as a JSON document; see `DefaultJSONProvider.dumps`."""
        is_strict = kwargs == _STRICT
        if is_strict or kwargs == _COMPACT:
            options = self._sorted_options if self.sort_keys else self._options
            try:
                document = self._encode(obj, self.default, options)
            except TypeError:
                pass  # The standard library writes it, or raises a better error.
            else:
                # The standard library writes escapes, and refuses what became null here.
                has_escapes = self.ensure_ascii and not document.isascii()
                if not has_escapes and not (
                    is_strict and b"null" in document and find_non_finite(obj, self.default)
                ):
                    return document.decode()
        return super().dumps(obj, **kwargs)


PROVIDERS: Mapping[str, type[DefaultJSONProvider]] = {
    "default": DefaultJSONProvider,
    "orjson": OrjsonProvider,
}
DATES: Mapping[str, Callable[[Any], Any]] = {"http": json_default, "iso8601": json_default_iso8601}


class ConfiguredJSONProvider(DefaultJSONProvider):
    """What an app starts with: it gives way to the provider that the settings ask for.

    That happens when the first document is written, since settings are loaded after the app was
    made. What was set on this object, such as `sort_keys`, goes over to the other one.

    Raises:
        UnknownChoiceError: JSON_PROVIDER or JSON_DATES is none of its words; raised when the first
            document is written.
        ImportError: orjson is asked for and not installed; likewise.
    """

    _chosen: DefaultJSONProvider | None = None

    def __init__(self, app: ConfiguredApp) -> None:
        super().__init__(app)
        self._owner: ConfiguredApp = weakref.proxy(app)

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """Return *obj* as a JSON document; see `DefaultJSONProvider.dumps`."""
        return (self._chosen or self._choose()).dumps(obj, **kwargs)

    def make_document(self, value: Any) -> str:
        """Return the text of a response with *value*; see `DefaultJSONProvider.make_document`."""
        return (self._chosen or self._choose()).make_document(value)

    def _choose(self) -> DefaultJSONProvider:
        """Make the provider that the settings ask for, and give the app that one."""
        app = self._owner
        config = app.config
        provider_class = get_choice(
            "JSON_PROVIDER", config.get("JSON_PROVIDER", "default"), PROVIDERS
        )
        default = get_choice("JSON_DATES", config.get("JSON_DATES", "http"), DATES)
        provider = provider_class(app)
        if default is not json_default:
            provider.default = default
        for name, value in vars(self).items():
            if not name.startswith("_"):
                setattr(provider, name, value)
        self._chosen = provider
        if app.json is self:
            # PERF: from now on the app has an ordinary provider, so that writing costs nothing more
            # (benchmarks/scenarios.py, json).
            app.json = provider
        return provider

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if self._chosen is not None and not name.startswith("_"):
            # Whoever has kept this object means the one that writes.
            setattr(self._chosen, name, value)


def make_encode(
    default: Callable[[Any], Any],
    ensure_ascii: bool,
    sort_keys: bool,
    separators: tuple[str, str],
    *,
    allow_nan: bool = True,
) -> Callable[[Any], str]:
    """Make a function that does what `json.dumps` does with these arguments."""
    encoder = json.JSONEncoder(
        default=default,
        ensure_ascii=ensure_ascii,
        sort_keys=sort_keys,
        separators=separators,
        allow_nan=allow_nan,
    )
    make_compiled = getattr(json.encoder, "c_make_encoder", None)
    if make_compiled is None:
        return encoder.encode
    # PERF: `JSONEncoder.encode` makes this object at each call, at half of the cost of a small
    # document (benchmarks/scenarios.py, json).
    compiled = make_compiled(
        None,  # Cyclic references are not looked for: they end in a RecursionError.
        default,
        json.encoder.encode_basestring_ascii if ensure_ascii else json.encoder.encode_basestring,
        None,
        separators[1],
        separators[0],
        sort_keys,
        False,
        allow_nan,
    )
    return partial(_encode, compiled, encoder)


def _encode(compiled: Callable[[Any, int], list[str]], encoder: json.JSONEncoder, obj: Any) -> str:
    try:
        return "".join(compiled(obj, 0))
    except RecursionError:
        return encoder.encode(obj)
