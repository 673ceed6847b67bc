"""Answer errors with pages of our own; the API's are described in JSON."""

from __future__ import annotations

from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from cruse import Cruse, has_json_errors, render_template

# What the page says where the standard wording would help nobody: headline, explanation.
WORDING: dict[int | None, tuple[str, str]] = {
    400: ("That did not arrive whole", ""),
    404: (
        "No trace of it here",
        "The page you are tracking has moved on, or it never passed this way.",
    ),
    405: ("Not on this path", "This address exists, but not for what was just tried."),
    413: (
        "Too heavy for the rucksack",
        "The picture, or the text with it, is larger than a note may be. Go back in your "
        "browser, where your text is still in place, and choose a smaller picture.",
    ),
}


def answer_http_error(error: HTTPException) -> Response | HTTPException:
    """Return the page for *error*, with the headers that belong to it."""
    if has_json_errors():
        return error
    response = error.get_response()
    title, explanation = WORDING.get(error.code, (error.name, ""))
    response.data = render_template(
        "errors/error.html",
        code=error.code,
        title=title,
        explanation=explanation or error.description,
    )
    response.content_type = "text/html; charset=utf-8"
    return response


def answer_server_error(error: InternalServerError) -> HTTPException | tuple[str, int]:
    """Return the page for a fault of ours; it asks nothing of the database."""
    if has_json_errors():
        return error
    return render_template("errors/500.html"), 500


def init_app(app: Cruse) -> None:
    """Give *app* these answers."""
    # The API decides for itself.
    app.config["JSON_ERRORS"] = "never"
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(InternalServerError, answer_server_error)
