"""The exceptions of Cruse can be caught as those that Flask raises, and as Cruse's."""

from __future__ import annotations

import pytest

from cruse_core import errors
from cruse_core.errors import CruseError, CruseWarning

BUILT_IN = {
    "SetupError": AssertionError,
    "EndpointConflictError": AssertionError,
    "RouteConflictError": ValueError,
    "RuleMethodError": ValueError,
    "RuleOptionError": TypeError,
    "RuleHostError": ValueError,
    "MissingComponentError": TypeError,
    "ComponentOrderError": TypeError,
    "OutOfContextError": RuntimeError,
    "SecretKeyError": RuntimeError,
    "SessionCookieError": ValueError,
    "SessionValueError": TypeError,
    "BlueprintNameError": ValueError,
    "JSONNumberError": ValueError,
    "ServerProtocolError": TypeError,
    "ViewReturnError": TypeError,
    "ConfigError": RuntimeError,
    "UnknownChoiceError": ValueError,
    "RootPathError": RuntimeError,
}


@pytest.mark.parametrize("name", BUILT_IN)
def test_is_an_error_of_cruse_and_a_built_in_one(name: str) -> None:
    error = getattr(errors, name)("text")
    assert isinstance(error, CruseError)
    assert isinstance(error, BUILT_IN[name])
    assert str(error) == "text"


def test_no_exception_is_left_out() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, CruseError) and value is not CruseError
    }
    assert defined == set(BUILT_IN)


def test_every_warning_can_be_ignored_by_one_category() -> None:
    defined = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, Warning)
    ]
    assert len(defined) > 1
    assert all(issubclass(category, CruseWarning) for category in defined)
    assert issubclass(CruseWarning, UserWarning)
