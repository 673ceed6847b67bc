"""Let the traceback of an error begin with what the application has done."""

from __future__ import annotations

# The modules that stand between a server and a view, a hook or a handler.
_WAY_OF_A_REQUEST = frozenset(
    {
        "cruse_core.event_loop",
        "cruse_core.kept_loop",
        "cruse_core.pipeline",
        "cruse_core.short_path",
        "cruse_core.views",
    }
)


def shorten_traceback(error: BaseException) -> None:
    """Take the steps of a request off the beginning of the traceback of *error*.

    So the debugger, the log and the report of a test show at once where the application has failed.
    What has failed within these steps themselves keeps them.
    """
    traceback = error.__traceback__
    while (
        traceback is not None and traceback.tb_frame.f_globals.get("__name__") in _WAY_OF_A_REQUEST
    ):
        traceback = traceback.tb_next
    if traceback is not None:
        error.__traceback__ = traceback
