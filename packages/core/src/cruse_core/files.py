"""Answer a request with a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import IO, Any

from werkzeug import utils

from cruse_core.globals import current_app, request
from cruse_core.responses import Response


def send_file(
    path_or_file: os.PathLike[str] | str | IO[bytes],
    mimetype: str | None = None,
    as_attachment: bool = False,
    download_name: str | None = None,
    conditional: bool = True,
    etag: bool | str = True,
    last_modified: datetime | int | float | None = None,
    max_age: int | Callable[[str | None], int | None] | None = None,
) -> Response:
    """Return the response that carries a file.

    Never pass a path that a client may choose: `send_from_directory` is made for that.

    Args:
        path_or_file: Path, relative to the app's root path; or a binary file, which is closed at
            the end of the response.
        mimetype: Of the file; by default guessed from its name.
        as_attachment: Whether a browser shall offer to save it.
        download_name: The name for saving; by default that of the path.
        conditional: Whether Range and If-* headers are honoured.
        etag: Whether to send an ETag, or which one.
        last_modified: When the file was changed, in seconds since the epoch if a number; by
            default as the file system says.
        max_age: Seconds that the client may keep it without asking; by default as
            `App.get_send_file_max_age` says.
    """
    return utils.send_file(  # type: ignore[return-value]  # of the class that it is given
        **complete_arguments(
            path_or_file=path_or_file,
            mimetype=mimetype,
            as_attachment=as_attachment,
            download_name=download_name,
            conditional=conditional,
            etag=etag,
            last_modified=last_modified,
            max_age=max_age,
        )
    )


def send_from_directory(
    directory: os.PathLike[str] | str, path: os.PathLike[str] | str, **kwargs: Any
) -> Response:
    """Return the response that carries a file of a folder; nothing outside of it is ever sent.

    Args:
        directory: The folder, relative to the app's root path; never chosen by a client.
        path: Path of the file below it; a client may choose it.
        **kwargs: As for `send_file`.

    Raises:
        NotFound: There is no such file below the folder.
    """
    return utils.send_from_directory(  # type: ignore[return-value]  # of the class that it is given
        directory, path, **complete_arguments(**kwargs)
    )


def complete_arguments(**kwargs: Any) -> dict[str, Any]:
    """Return the arguments of Werkzeug's functions: *kwargs*, and those of the app and request."""
    max_age = kwargs.get("max_age")
    return {
        **kwargs,
        "environ": request.environ,
        "max_age": current_app.get_send_file_max_age if max_age is None else max_age,
        "response_class": current_app.response_class,
        "use_x_sendfile": current_app.config["USE_X_SENDFILE"],
        "_root_path": current_app.root_path,
    }
