"""What a request may be and send: the app's settings, unless somebody sets others on it."""

from __future__ import annotations

from typing import Any, Final

from werkzeug.wrappers import Request as WerkzeugRequest


class RequestLimit:
    """A limit that is the app's setting until somebody sets another one on the request.

    It has no `__set__`: what a view or hook sets, be it None for no limit, stays on the request.

    Args:
        setting: Its name in the configuration.
        doc: What it limits, for whoever looks it up.
    """

    def __init__(self, setting: str, doc: str) -> None:
        self._setting: Final = setting
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        app = instance._app
        if app is None:
            return getattr(WerkzeugRequest, self._name)
        return app.config[self._setting]
