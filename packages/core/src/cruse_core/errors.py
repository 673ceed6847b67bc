"""The exceptions that Cruse raises itself, and the categories of its warnings.

Each exception also derives from the built-in class that Flask raises in the same place, so that an
`except RuntimeError` written for Flask keeps working.
"""

from __future__ import annotations


class CruseError(Exception):
    """Base of every exception defined by Cruse."""


class SetupError(CruseError, AssertionError):
    """A registering method was called after setup had ended."""


class EndpointConflictError(CruseError, AssertionError):
    """Two view functions claim the same endpoint."""


class RouteConflictError(CruseError, ValueError):
    """A rule would never answer, because another one takes its URLs; see STRICT_ROUTES."""


class RuleMethodError(CruseError, ValueError):
    """A rule has an HTTP method that does not exist."""


class RuleOptionError(CruseError, TypeError):
    """A rule was given an option that does not exist."""


class RuleHostError(CruseError, ValueError):
    """A rule names no host, on an app that matches whole hosts."""


class MissingComponentError(CruseError, TypeError):
    """The app lacks a component that was asked for."""


class ComponentOrderError(CruseError, TypeError):
    """The bases of an app class stand in an order that Python cannot linearise."""


class OutOfContextError(CruseError, RuntimeError):
    """Something that belongs to an app or a request was read while none is active."""


class SecretKeyError(CruseError, RuntimeError):
    """A session was written to although no secret key can sign it."""


class SessionCookieError(CruseError, ValueError):
    """A session is too large for a cookie; in debug mode only."""


class SessionValueError(CruseError, TypeError):
    """A session holds a value that its cookie cannot hold."""


class BlueprintNameError(CruseError, ValueError):
    """A blueprint's name is empty, contains a dot, or is taken."""


class JSONNumberError(CruseError, ValueError):
    """The value of a JSON response contains NaN or infinity."""


class ServerProtocolError(CruseError, TypeError):
    """A server called the app in another way than WSGI's."""


class ViewReturnError(CruseError, TypeError):
    """A view returned a value that cannot become a response."""


class ConfigError(CruseError, RuntimeError):
    """A configuration source or value cannot be used."""


class UnknownChoiceError(ConfigError, ValueError):
    """A setting or an argument is none of the words that it can be."""


class RootPathError(CruseError, RuntimeError):
    """The folder of a module cannot be found."""


class CruseWarning(UserWarning):
    """Base of every category of warning defined by Cruse."""


class RouteConflictWarning(CruseWarning):
    """A rule never answers, because another one takes its URLs."""


class SubdomainWarning(CruseWarning):
    """A rule never answers, because its app matches no subdomains."""


class ConfigKeyWarning(CruseWarning):
    """A setting that nobody knows has nearly the name of a known one."""


class SessionCookieWarning(CruseWarning):
    """A session is too large for a cookie, so that browsers may drop it."""
