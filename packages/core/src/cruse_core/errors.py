"""The exceptions that Cruse raises itself.

Each one also derives from the built-in class that Flask raises in the same place, so that an
`except RuntimeError` written for Flask keeps working.
"""

from __future__ import annotations


class CruseError(Exception):
    """Base of every exception defined by Cruse."""


class SetupError(CruseError, AssertionError):
    """A registering method was called after setup had ended."""


class EndpointConflictError(CruseError, AssertionError):
    """Two view functions claim the same endpoint."""


class MissingComponentError(CruseError, TypeError):
    """The app lacks a component that was asked for."""


class ComponentOrderError(CruseError, TypeError):
    """The bases of an app class stand in an order that Python cannot linearise."""


class OutOfContextError(CruseError, RuntimeError):
    """Something that belongs to an app or a request was read while none is active."""


class SecretKeyError(CruseError, RuntimeError):
    """A session was written to although no secret key can sign it."""


class BlueprintNameError(CruseError, ValueError):
    """A blueprint's name is empty, contains a dot, or is taken."""


class ViewReturnError(CruseError, TypeError):
    """A view returned a value that cannot become a response."""


class ConfigError(CruseError, RuntimeError):
    """A configuration source or value cannot be used."""


class UnknownChoiceError(ConfigError, ValueError):
    """A setting or an argument is none of the words that it can be."""


class RootPathError(CruseError, RuntimeError):
    """The folder of a module cannot be found."""
