"""Run teardown functions so that none is left out because another one failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn


def call_each(functions: Iterable[Callable[..., Any]], exc: BaseException | None) -> None:
    """Call every one of *functions* with *exc*, also after one of them has raised.

    Raises:
        Exception: What the only function that failed has raised.
        ExceptionGroup: Several failed; the group holds their exceptions in the order of the calls.
    """
    errors: list[Exception] = []
    for function in functions:
        try:
            function(exc)
        except Exception as error:
            errors.append(error)
    if errors:
        raise_together(errors)


def raise_together(errors: Iterable[Exception]) -> NoReturn:
    """Raise the only error, or all of them as one flat `ExceptionGroup`."""
    raise join_errors(errors)


def join_errors(errors: Iterable[Exception]) -> Exception:
    """Return the only error, or all of them as one flat `ExceptionGroup`."""
    flat: list[Exception] = []
    for error in errors:
        flat.extend(error.exceptions if isinstance(error, ExceptionGroup) else (error,))
    if len(flat) == 1:
        return flat[0]
    return ExceptionGroup(f"{len(flat)} teardown functions failed", flat)
