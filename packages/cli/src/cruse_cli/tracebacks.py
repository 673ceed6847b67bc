"""Print the traceback of a user's mistake without the frames that led to the user's code."""

from __future__ import annotations

import importlib
import os
import traceback
from types import TracebackType

import click

# The code between the start of the command and the user's; Python names the machinery of imports
# "<frozen importlib._bootstrap>".
_OWN_PLACES = (
    os.path.dirname(__file__) + os.sep,
    os.path.dirname(click.__file__) + os.sep,
    os.path.dirname(importlib.__file__) + os.sep,
    "<frozen importlib",
)


def skip_own_frames(tb: TracebackType | None, exc: BaseException) -> TracebackType | None:
    """Return the traceback from the first frame that belongs neither to the command nor to Click.

    If there is none, the mistake is not the user's, and all of it is returned. A module that cannot
    be compiled has no frame: its error says file and line itself, and there is nothing to add.
    """
    step = tb
    while step is not None and step.tb_frame.f_code.co_filename.startswith(_OWN_PLACES):
        step = step.tb_next
    return step if step is not None or isinstance(exc, SyntaxError) else tb


def format_from_module(exc: BaseException) -> str:
    """Return the traceback of *exc*, beginning in the user's code."""
    tb = skip_own_frames(exc.__traceback__, exc)
    return "".join(traceback.format_exception(type(exc), exc, tb))
