"""Open and save the session, as a signed cookie unless told otherwise.

`context.py` and `pipeline.py` decide when a session is opened and saved; this file only how. The
context marks a session as accessed; a session marks itself as modified.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, Protocol, Self

from werkzeug.http import dump_cookie
from werkzeug.wrappers import Response as BaseResponse

from cruse_core.cookie_headers import CookieOptions, make_cookie_header, vary_on_cookie
from cruse_core.cookie_signing import CookieSigner, get_signer, may_contain
from cruse_core.errors import SecretKeyError
from cruse_core.headers import append_plain
from cruse_core.json_tags import TaggedJSONSerializer
from cruse_core.overrides import Originals, WatchedType
from cruse_core.requests import Request
from cruse_core.responses import Response
from cruse_core.secret_keys import get_signing_keys
from cruse_core.session_cookies import iter_cookies
from cruse_core.session_size import tell_of_size
from cruse_core.session_values import (
    AppSerializer,
    SessionJSON,
    accept_values,
    find_values,
    is_tagged,
    refuse_values,
    tell_of_nonsense,
)

_PERMANENT = "_permanent"
# As it stands in the JSON of a cookie.
_PERMANENT_BYTES = _PERMANENT.encode()


class SessionApp(Protocol):
    """What opening and saving a session asks of an app."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The settings: SECRET_KEY_FALLBACKS and SESSION_*."""
        ...

    @property
    def secret_key(self) -> str | bytes | None:
        """Key that signs the cookie; without one no session can be saved."""
        ...

    @property
    def debug(self) -> bool:
        """Whether a session that is too large is an error."""
        ...

    @property
    def permanent_session_lifetime(self) -> timedelta:
        """Time for which a permanent session is kept, and any cookie accepted."""
        ...

    @property
    def json(self) -> SessionJSON:
        """What writes and reads the cookie's JSON."""
        ...


class SavingApp(SessionApp, Protocol):
    """What saving a session asks of an app, besides what its interface asks."""

    session_interface: SessionInterface


class SigningSerializer(Protocol):
    """What signs a session and checks the signature: a serializer of ItsDangerous."""

    def dumps(self, obj: Any) -> str | bytes:
        """Return *obj* as text with the current time and a signature."""
        ...

    def loads(self, s: str | bytes, max_age: int | None = None) -> Any:
        """Return the object in *s*; BadSignature if it is forged, or older than *max_age* s."""
        ...


class SessionMixin(MutableMapping[str, Any]):
    """What every session is: a mutable mapping that knows what was done to it."""

    #: Whether the session did not exist before; whether that is known is up to the interface.
    new = False
    #: Whether it was changed. Where that is not tracked, it counts as changed always.
    modified = True
    #: Whether it was read or changed, so that the answer depends on the cookie.
    accessed = True

    @property
    def permanent(self) -> bool:
        """Whether the session outlives the browser, for PERMANENT_SESSION_LIFETIME."""
        permanent: bool = self.get(_PERMANENT, False)
        return permanent

    @permanent.setter
    def permanent(self, value: bool) -> None:
        self[_PERMANENT] = bool(value)

    def _get_current_object(self) -> Self:
        """Return the session itself; the proxy `session` has a method of this name."""
        return self


class SecureCookieSession(dict[str, Any], SessionMixin):
    """A session that is kept in a signed cookie.

    It notices that a key is set or removed, but not a change inside of a value: set `modified` to
    True after that.
    """

    modified = False
    accessed = False

    def __init__(self, initial: Mapping[str, Any] | None = None) -> None:
        dict.__init__(self, () if initial is None else initial)

    def __setitem__(self, key: str, value: Any) -> None:
        self.modified = True
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self.modified = True

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of *key*, after setting it to *default* if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str, *default: Any) -> Any:
        """Remove *key* and return its value; *default* if it is missing, KeyError without one."""
        if key in self:
            self.modified = True
        return super().pop(key, *default)

    def popitem(self) -> tuple[str, Any]:
        """Remove the last item and return it."""
        item = super().popitem()
        self.modified = True
        return item

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set all items of a mapping or of an iterable of pairs, and the keyword arguments."""
        self.modified = True
        super().update(*args, **kwargs)

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]  # one form for all
        self.update(other)
        return self

    def clear(self) -> None:
        """Remove everything; the cookie is then deleted."""
        self.modified = True
        super().clear()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {super().__repr__()}>"


class NullSession(SecureCookieSession):
    """The session of an app without a secret key: empty, and it cannot be written to."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise SecretKeyError(
            "The session is unavailable because no secret key was set: without one its cookie "
            "could be forged. Set app.secret_key, or SECRET_KEY in app.config, to a random value "
            "that stays the same: python -c 'import secrets; print(secrets.token_hex())'"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


# Methods after whose replacement a session may matter although nobody has read it.
_STEPS = frozenset(
    {
        "get_signing_serializer",
        "is_null_session",
        "make_null_session",
        "open_session",
        "save_session",
        "session_class",
        "should_set_cookie",
    }
)


class SessionInterface(metaclass=WatchedType):
    """How sessions are opened and saved; a subclass gives at least those two methods.

    The session is opened before the URL of the request is matched, and saved after the
    after-request functions.
    """

    #: Class of the session of an app without a secret key.
    null_session_class: type[NullSession] = NullSession
    #: Whether the sessions are pickled, for extensions that keep them.
    pickle_based = False
    #: Whether the pipeline may wait with opening the session until somebody reads it.
    opens_when_read = False

    _watched = _STEPS

    @classmethod
    def _look_afresh(cls) -> None:
        """Do nothing: only the interface below depends on what was changed."""

    def open_session(self, app: SessionApp, request: Request) -> SessionMixin | None:
        """Return the session of *request*; None if the app lacks the settings for one."""
        raise NotImplementedError

    def save_session(self, app: SessionApp, session: SessionMixin, response: Response) -> None:
        """Save *session*, and add to *response* what the client needs to find it again."""
        raise NotImplementedError

    def needs_saving_unread(self, app: SessionApp, request: Request) -> bool:
        """Return whether a session that nobody opened must be, to be saved; only asked then."""
        return False

    def make_null_session(self, app: SessionApp) -> NullSession:
        """Return the session for when `open_session` has returned None."""
        return self.null_session_class()

    def is_null_session(self, obj: object) -> bool:
        """Return whether *obj* is a session that is never saved."""
        # PERF: whether something is a mapping of some class is a slow question
        # (benchmarks/scenarios.py: page).
        return type(obj) is not SecureCookieSession and isinstance(obj, self.null_session_class)

    def get_cookie_name(self, app: SessionApp) -> str:
        """Return the name of the cookie."""
        name: str = app.config["SESSION_COOKIE_NAME"]
        return name

    def get_cookie_domain(self, app: SessionApp) -> str | None:
        """Return the domain whose subdomains also get the cookie; None for the very host."""
        domain: str | None = app.config["SESSION_COOKIE_DOMAIN"]
        return domain

    def get_cookie_path(self, app: SessionApp) -> str:
        """Return the URL path below which the cookie is sent."""
        path: str = app.config["SESSION_COOKIE_PATH"] or app.config["APPLICATION_ROOT"]
        return path

    def get_cookie_httponly(self, app: SessionApp) -> bool:
        """Return whether scripts in the page cannot read the cookie."""
        httponly: bool = app.config["SESSION_COOKIE_HTTPONLY"]
        return httponly

    def get_cookie_secure(self, app: SessionApp) -> bool:
        """Return whether the cookie is sent over HTTPS only."""
        secure: bool = app.config["SESSION_COOKIE_SECURE"]
        return secure

    def get_cookie_samesite(self, app: SessionApp) -> str | None:
        """Return "Strict" or "Lax" to restrict requests that come from other sites, or None."""
        samesite: str | None = app.config["SESSION_COOKIE_SAMESITE"]
        return samesite

    def get_cookie_partitioned(self, app: SessionApp) -> bool:
        """Return whether an embedded page gets a cookie of its own per embedding site."""
        partitioned: bool = app.config["SESSION_COOKIE_PARTITIONED"]
        return partitioned

    def get_expiration_time(self, app: SessionApp, session: SessionMixin) -> datetime | None:
        """Return when the cookie ends, in UTC; None for the end of the browser's session."""
        if not session.permanent:
            return None
        return datetime.now(UTC) + app.permanent_session_lifetime

    def should_set_cookie(self, app: SessionApp, session: SessionMixin) -> bool:
        """Return whether the cookie is sent: the session was changed, or is kept alive."""
        if session.modified:
            return True
        return session.permanent and bool(app.config["SESSION_REFRESH_EACH_REQUEST"])


def save_session(app: SavingApp, session: SessionMixin, response: Response) -> None:
    """Save *session* by the app's interface, unless it is one that is never saved."""
    interface = app.session_interface
    if not interface.is_null_session(session):
        interface.save_session(app, session, response)


def _sha1(string: bytes = b"") -> Any:
    # Looked up when called: a build of Python in FIPS mode lacks it.
    return hashlib.sha1(string)  # noqa: S324 - the default that keeps Flask's cookies valid


class SecureCookieSessionInterface(SessionInterface):
    """Keeps the session in a cookie that is signed by ItsDangerous, or as it would sign.

    The session is opened when it is first read. If a subclass or an assignment replaces what opens
    and saves it, or `session_class`, it is opened before the URL is matched, as with any other
    interface.
    """

    #: Mixed into the key, so that no other signature of the app passes for a session's.
    salt: str | bytes = "cookie-session"
    #: Hash function of the signature.
    digest_method: Callable[..., Any] = staticmethod(_sha1)
    #: How ItsDangerous makes the key of the signature from the secret key and the salt.
    key_derivation = "hmac"
    #: Writes and reads the session; the JSON library is the app's provider.
    serializer: Any
    #: Class of the sessions.
    session_class: type[SecureCookieSession] = SecureCookieSession
    opens_when_read: bool = True

    # Whether a subclass has said that it never does.
    _opens_at_once = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if vars(cls).get("opens_when_read") is False:
            cls._opens_at_once = True
        cls._look_afresh()

    @classmethod
    def _look_afresh(cls) -> None:
        cls.opens_when_read = not cls._opens_at_once and _ORIGINAL_STEPS.are_kept_by(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in _STEPS:
            self.opens_when_read = False

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name in _STEPS and _STEPS.isdisjoint(vars(self)):
            vars(self).pop("opens_when_read", None)

    def open_session(self, app: SessionApp, request: Request) -> SecureCookieSession | None:
        """Return the session in the request's cookie; an empty one if there is no valid cookie.

        Returns:
            The session; None if the app has no secret key.
        """
        signer = self._find_signer(app)
        general = self.get_signing_serializer(app) if signer is None else None
        if signer is None and general is None:
            return None
        max_age_seconds = int(app.permanent_session_lifetime.total_seconds())
        for cookie in iter_cookies(request, self.get_cookie_name(app)):
            document = None if signer is None else signer.find_document(cookie, max_age_seconds)
            if document is not None:
                values = find_values(app.json, self.serializer, document)
            else:
                general = general or self.get_signing_serializer(app)
                assert general is not None  # there is a secret key
                values = _find_values(general, cookie, max_age_seconds)
            if values is not None:
                return self.session_class(values)
        return self.session_class()

    def save_session(self, app: SessionApp, session: SessionMixin, response: Response) -> None:
        """Set the cookie on *response* if it has to change, or delete it."""
        # Asked for first: the steps below may count as an access.
        was_accessed = session.accessed
        if was_accessed:
            vary_on_cookie(response)
        if session:
            if not self.should_set_cookie(app, session):
                return
            self._set_cookie(app, session, response)
        elif session.modified:
            name = self.get_cookie_name(app)
            response.delete_cookie(name, **self._get_cookie_options(app)._asdict())
        else:
            return
        if not was_accessed:
            vary_on_cookie(response)

    def needs_saving_unread(self, app: SessionApp, request: Request) -> bool:
        """Return whether the session may have to be sent again, although nobody has read it.

        That is so if it is permanent, and each request refreshes its cookie. Without a session
        cookie in the request the answer is False; so the caller need not ask if there is no cookie.
        """
        if not app.config["SESSION_REFRESH_EACH_REQUEST"]:
            return False
        # PERF: a look at the text saves opening a session that ends with the browser
        # (benchmarks/scenarios.py, real page).
        for cookie in iter_cookies(request, self.get_cookie_name(app)):
            if may_contain(cookie, _PERMANENT_BYTES):
                return True
        return False

    def get_signing_serializer(self, app: SessionApp) -> SigningSerializer | None:
        """Return what signs and checks the cookie in the general case; None without a secret key.

        An overriding method decides for every cookie.
        """
        keys = get_signing_keys(app.secret_key, app.config["SECRET_KEY_FALLBACKS"])
        if not keys:
            return None
        # PERF: a cookie that is plainly valid does without (benchmarks/startup.py).
        from itsdangerous import URLSafeTimedSerializer

        serializer = self.serializer
        if is_tagged(serializer):
            serializer = AppSerializer(app.json, serializer)
        signing: SigningSerializer = URLSafeTimedSerializer(
            [key.encode() if isinstance(key, str) else key for key in keys],
            salt=self.salt,
            serializer=serializer,
            signer_kwargs={
                "digest_method": self.digest_method,
                "key_derivation": self.key_derivation,
            },
        )
        return signing

    def _find_signer(self, app: SessionApp) -> CookieSigner | None:
        """Return the quick signer; None if there is no key, or something is out of the ordinary."""
        if (
            self.key_derivation != "hmac"
            or self.digest_method is not _sha1
            or type(self.serializer) is not TaggedJSONSerializer
            or type(self).get_signing_serializer is not _GET_SIGNING_SERIALIZER
            or "get_signing_serializer" in self.__dict__
        ):
            return None
        # The keys are looked at each time: a changed one counts at once.
        keys = get_signing_keys(app.secret_key, app.config["SECRET_KEY_FALLBACKS"])
        return get_signer(keys, self.salt) if keys else None

    def _set_cookie(self, app: SessionApp, session: SessionMixin, response: Response) -> None:
        name = self.get_cookie_name(app)
        options = self._get_cookie_options(app)
        expires = self.get_expiration_time(app, session)
        try:
            value, is_plain = self._sign(app, session)
        except Exception as error:
            refuse_values(name, session, self._get_dumps(app), error)
        # PERF: what is plain needs no quotes, so all of the header but value and date is ready
        # (benchmarks/scenarios.py, session).
        if is_plain and type(response).set_cookie is BaseResponse.set_cookie:
            header = make_cookie_header(name, value, expires, options)
            if len(header) <= response.max_cookie_size:
                append_plain(response.headers, "Set-Cookie", header)
                return
        self._set_any_cookie(app, session, response, value, expires)

    def _sign(self, app: SessionApp, session: SessionMixin) -> tuple[str, bool]:
        """Return the value of the cookie, and whether it certainly needs no quotes."""
        signer = self._find_signer(app)
        if signer is not None:
            values = self.serializer.tag(session if isinstance(session, dict) else dict(session))
            return signer.sign(app.json.dumps(values, separators=(",", ":"))), True
        general = self.get_signing_serializer(app)
        assert general is not None  # otherwise it would be a null session
        value = general.dumps(dict(session))
        return value.decode() if isinstance(value, bytes) else value, False

    def _get_dumps(self, app: SessionApp) -> Callable[[Any], str | bytes]:
        """Return what writes a session's values, before they are compressed and signed."""
        general: Any = self.get_signing_serializer(app)
        # One that a subclass has made may not tell what it writes with.
        dumps: Callable[[Any], str | bytes] = getattr(general, "serializer", general).dumps
        return dumps

    def _set_any_cookie(
        self,
        app: SessionApp,
        session: SessionMixin,
        response: Response,
        value: str,
        expires: datetime | None,
    ) -> None:
        """Set the cookie after a look at its size."""
        name = self.get_cookie_name(app)
        options = self._get_cookie_options(app)._asdict()
        header = dump_cookie(name, value, expires=expires, max_size=0, **options)
        limit = response.max_cookie_size
        if limit and len(header) > limit:
            tell_of_size(name, len(header), limit, session, self._get_dumps(app), debug=app.debug)
        if type(response).set_cookie is BaseResponse.set_cookie:
            response.headers.add("Set-Cookie", header)
        else:
            response.set_cookie(name, value, expires=expires, **options)

    def _get_cookie_options(self, app: SessionApp) -> CookieOptions:
        return CookieOptions(
            self.get_cookie_domain(app),
            self.get_cookie_path(app),
            self.get_cookie_secure(app),
            self.get_cookie_httponly(app),
            self.get_cookie_samesite(app),
            self.get_cookie_partitioned(app),
        )


def _find_values(
    serializer: SigningSerializer, cookie: str, max_age_seconds: int
) -> Mapping[str, Any] | None:
    """Return what the session in *cookie* holds; None if it is not valid, or not a session."""
    from itsdangerous import BadData, BadSignature  # PERF: as in `get_signing_serializer`

    try:
        return accept_values(serializer.loads(cookie, max_age=max_age_seconds))
    except BadSignature:
        return None
    except BadData as error:
        tell_of_nonsense(error)
        return None


_GET_SIGNING_SERIALIZER = SecureCookieSessionInterface.get_signing_serializer
_ORIGINAL_STEPS = Originals(SecureCookieSessionInterface, _STEPS)

session_json_serializer = TaggedJSONSerializer()
SecureCookieSessionInterface.serializer = session_json_serializer
