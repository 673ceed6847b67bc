"""Hold an app's settings, and read them from files, objects and the environment.

`app.py` decides which settings exist and what they default to. Only keys in upper case count;
unknown ones are kept, since extensions bring their own, but one that has nearly the name of a known
one is probably misspelt.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from os import PathLike, fspath
from types import ModuleType
from typing import IO, Any, Generic, Protocol, Self, TypeVar, overload

from werkzeug.utils import import_string

from cruse_core import environment
from cruse_core.call_sites import find_call_site
from cruse_core.errors import ConfigError, ConfigKeyWarning
from cruse_core.notices import is_lenient, notify
from cruse_core.removed_settings import REMOVED_SETTINGS
from cruse_core.secret_keys import KEY_SETTINGS, check_key_setting

T = TypeVar("T")


class Configured(Protocol):
    """What `ConfigAttribute` asks of the object that it is an attribute of."""

    @property
    def config(self) -> Config:
        """The settings that the attribute reads and writes."""
        ...


class ConfigAttribute(Generic[T]):
    """Make an attribute read and write a setting.

    Args:
        name: Key of the setting.
        get_converter: Applied to the setting whenever the attribute is read.
    """

    def __init__(self, name: str, get_converter: Callable[[Any], T] | None = None) -> None:
        self.__name__ = name
        self.get_converter = get_converter

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: Configured, owner: type[Any]) -> T: ...
    def __get__(self, instance: Configured | None, owner: type[Any] | None = None) -> T | Self:
        if instance is None:
            return self
        value: T = instance.config[self.__name__]
        return value if self.get_converter is None else self.get_converter(value)

    def __set__(self, instance: Configured, value: Any) -> None:
        instance.config[self.__name__] = value


class Config(dict[str, Any]):
    """A dict of settings that can also fill itself.

    Setting a secret key that is neither text nor bytes raises a ConfigError.

    Args:
        root_path: Folder that the names of configuration files are relative to.
        defaults: The first settings. A warning is given when a new one has nearly the name of one
            of these.
    """

    _known: frozenset[str] = frozenset()

    def __init__(
        self, root_path: str | PathLike[str], defaults: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(defaults or {})
        self.root_path = root_path
        self._known = frozenset(self)
        for key in KEY_SETTINGS & self._known:
            _check_value(key, self[key])

    def __setitem__(self, key: str, value: Any) -> None:
        if key not in self:
            self._check_name(key)
        _check_value(key, value)
        super().__setitem__(key, value)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set all items of a mapping or of an iterable of pairs, and the keyword arguments."""
        settings: dict[str, Any] = dict(*args, **kwargs)
        for key in settings.keys() - self.keys():
            self._check_name(key)
        for key in settings.keys() & KEY_SETTINGS:
            _check_value(key, settings[key])
        super().update(settings)

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]  # one form for all
        self.update(other)
        return self

    def _check_name(self, key: str) -> None:
        nearest = _find_nearest(key, self._known)
        if nearest is not None:
            notify(
                f"The setting {key!r}{_find_place()} is unknown, and has nearly the name of "
                f"{nearest!r}, which it does not change. Correct the name; or, if the setting is "
                "your own, give it one that cannot be mistaken.",
                ConfigKeyWarning,
                debug=bool(self.get("DEBUG")),
            )
        elif key in REMOVED_SETTINGS and not is_lenient():
            # What a program of Flask's has always had is for `cruse check` to tell.
            version, remedy = REMOVED_SETTINGS[key]
            notify(
                f"The setting {key!r}{_find_place()} changes nothing: Flask {version} removed it. "
                f"{remedy}",
                ConfigKeyWarning,
                debug=bool(self.get("DEBUG")),
            )

    def from_object(self, obj: object | str) -> None:
        """Take the upper-case attributes of *obj*, a module or a class, or of the object it names.

        An object is not instantiated: a property of a class stays a property.

        Args:
            obj: The object, or its import name.

        Raises:
            ImportError: There is no object of that name.
        """
        source = import_string(obj) if isinstance(obj, str) else obj
        for key in filter(str.isupper, dir(source)):
            self[key] = getattr(source, key)

    def from_pyfile(self, filename: str | PathLike[str], silent: bool = False) -> bool:
        """Run a Python file and take its upper-case names.

        Args:
            filename: Absolute, or relative to the root path.
            silent: Whether a missing file is no error.

        Returns:
            Whether the file was read.

        Raises:
            OSError: The file cannot be read.
        """
        path = self._path_of(filename)
        module = ModuleType("config")
        module.__file__ = path
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            if silent and error.errno in {errno.ENOENT, errno.EISDIR, errno.ENOTDIR}:
                return False
            raise _explained(error) from None
        exec(compile(source, path, "exec"), vars(module))  # noqa: S102 - running it is the purpose
        self.from_object(module)
        return True

    def from_envvar(self, variable_name: str, silent: bool = False) -> bool:
        """Run the Python file whose path an environment variable holds.

        Args:
            variable_name: Name of the variable.
            silent: Whether an unset variable or a missing file is no error.

        Returns:
            Whether a file was read.

        Raises:
            ConfigError: The variable is unset or empty.
            OSError: The file cannot be read.
        """
        filename = os.environ.get(variable_name)
        if filename:
            return self.from_pyfile(filename, silent=silent)
        if silent:
            return False
        raise ConfigError(
            f"The environment variable {variable_name!r} is not set, so there is no configuration "
            f"file to read. Set it to the path of one: export {variable_name}=/path/to/settings.cfg"
        )

    def from_file(
        self,
        filename: str | PathLike[str],
        load: Callable[[IO[Any]], Mapping[str, Any]],
        silent: bool = False,
        text: bool = True,
    ) -> bool:
        """Take the upper-case keys of a file in another format.

        Args:
            filename: Absolute, or relative to the root path.
            load: Reads the open file, for example `json.load` or `tomllib.load`.
            silent: Whether a missing file is no error.
            text: Whether *load* takes a text file; `tomllib.load` takes a binary one.

        Returns:
            Whether the file was read.

        Raises:
            OSError: The file cannot be read.
        """
        try:
            with open(self._path_of(filename), "r" if text else "rb") as file:
                settings = load(file)
        except OSError as error:
            if silent and error.errno in {errno.ENOENT, errno.EISDIR}:
                return False
            raise _explained(error) from None
        return self.from_mapping(settings)

    def from_mapping(
        self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None, **kwargs: Any
    ) -> bool:
        """Take the upper-case keys of a mapping and of the keyword arguments.

        Returns:
            True, always.
        """
        settings = dict(mapping or (), **kwargs)
        self.update((key, value) for key, value in settings.items() if key.isupper())
        return True

    def from_prefixed_env(
        self, prefix: str | None = None, *, loads: Callable[[str], Any] = json.loads
    ) -> bool:
        """Take the environment variables that start with *prefix* and an underscore.

        A value that *loads* refuses is taken as it stands, so `true` becomes a bool, but `True` a
        str; and so is a SECRET_KEY that would become a number. Two underscores in a name lead into
        a dict: `CRUSE_MAIL__PORT=25` sets `config["MAIL"]["PORT"]`, and keeps the other keys of
        that dict.

        Args:
            prefix: What the variables start with; it is no part of the key. CRUSE by default.
            loads: Turns the text of a variable into a value.

        Returns:
            True, always.

        Raises:
            TypeError: A name leads into a setting that is no dict.
        """
        for known in environment.prefixes if prefix is None else (prefix,):
            self._take_variables(f"{known}_", loads)
        return True

    def _take_variables(self, start: str, loads: Callable[[str], Any]) -> None:
        # In order, so that a whole dict is set before single keys of it.
        for variable in sorted(name for name in os.environ if name.startswith(start)):
            text = os.environ[variable]
            try:
                value = loads(text)
            except Exception:
                value = text
            *outer_keys, key = variable.removeprefix(start).split("__")
            # A key of digits is no number.
            if key == "SECRET_KEY" and not outer_keys and type(value) in {int, float}:
                value = text
            try:
                _nested_dict(self, outer_keys)[key] = value
            except TypeError:
                raise TypeError(
                    f"The environment variable {variable!r} sets a key inside "
                    f"{'.'.join(outer_keys)!r}, which is no dict but another setting. "
                    "Rename the variable, or make that setting a dict."
                ) from None

    def get_namespace(
        self, namespace: str, lowercase: bool = True, trim_namespace: bool = True
    ) -> dict[str, Any]:
        """Return the settings whose keys start with *namespace*, as keyword arguments say.

        Args:
            namespace: What the keys start with, for example `"MAIL_"`.
            lowercase: Whether the keys of the result are in lower case.
            trim_namespace: Whether they lack the namespace.
        """
        start = len(namespace) if trim_namespace else 0
        return {
            key[start:].lower() if lowercase else key[start:]: value
            for key, value in self.items()
            if key.startswith(namespace)
        }

    def _path_of(self, filename: str | PathLike[str]) -> str:
        return os.path.join(fspath(self.root_path), fspath(filename))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {super().__repr__()}>"


def _check_value(key: str, value: Any) -> None:
    """Refuse what cannot be a secret key; where Flask's behaviour counts, only a session does."""
    if key in KEY_SETTINGS and not is_lenient():
        check_key_setting(key, value)


def _find_place() -> str:
    """Return the line of the application that sets something, for a message; "" if unknown."""
    site = find_call_site()
    return "" if site is None else f" ({site})"


@lru_cache(maxsize=1024)
def _find_nearest(key: str, known: frozenset[str]) -> str | None:
    """Return the name among *known* that *key* is probably meant to be."""
    if key in known or not isinstance(key, str) or not key.isupper():
        return None
    # Hardly anyone misspells both the beginning and the end; to compare all is what takes long.
    candidates = [name for name in known if name[:2] == key[:2] or name[-4:] == key[-4:]]
    nearest = get_close_matches(key, sorted(candidates), n=1, cutoff=0.9)
    return nearest[0] if nearest else None


def _explained(error: OSError) -> OSError:
    error.strerror = f"Unable to load configuration file ({error.strerror})"
    return error


def _nested_dict(settings: Any, keys: list[str]) -> Any:
    """Return the dict that *keys* lead to, making those that are missing."""
    for key in keys:
        if key not in settings:
            settings[key] = {}
        settings = settings[key]
    return settings
