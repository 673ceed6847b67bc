"""Keep short links and follow them, over plain WSGI with the URLs of cruse-routing.

Requests and responses are Werkzeug's, which is installed with cruse-routing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.serving import run_simple
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from cruse_routing import Map, MapAdapter, Rule

View: TypeAlias = Callable[..., Response]


class ShortLinks:
    """The program: a WSGI application with its links in memory."""

    def __init__(self) -> None:
        self._targets: dict[int, str] = {}
        self._numbers = count(1)
        self._views: dict[str, View] = {}
        self._urls = Map()
        self._route("/", self.show_links, methods=["GET"])
        self._route("/", self.add_link, methods=["POST"])
        self._route("/<int:number>", self.follow_link, methods=["GET"])
        self._route("/<int:number>", self.remove_link, methods=["DELETE"])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; errors and redirects of the URL map are responses, too."""
        urls = self._urls.bind_to_environ(environ)
        answer: Response | HTTPException
        try:
            endpoint, arguments = urls.match()
            answer = self._views[endpoint](Request(environ), urls, **arguments)
        except HTTPException as exc:
            answer = exc
        return answer(environ, start_response)

    def show_links(self, request: Request, urls: MapAdapter) -> Response:
        """List the short links with their targets."""
        lines = [
            f"{urls.build('follow_link', {'number': number})} -> {target}\n"
            for number, target in list(self._targets.items())
        ]
        return Response("".join(lines))

    def add_link(self, request: Request, urls: MapAdapter) -> Response:
        """Keep the URL in the body and say where the short link is."""
        target = request.get_data(as_text=True).strip()
        if not target.startswith(("http://", "https://")):
            raise BadRequest(f"{target!r} is no web address. Send one that starts with https://.")
        number = next(self._numbers)
        self._targets[number] = target
        location = urls.build("follow_link", {"number": number}, force_external=True)
        return Response(f"{location}\n", 201, {"Location": location})

    def follow_link(self, request: Request, urls: MapAdapter, number: int) -> Response:
        """Send the visitor on."""
        return redirect(self._get_target(number))

    def remove_link(self, request: Request, urls: MapAdapter, number: int) -> Response:
        """Forget a link; its number is not used again."""
        self._get_target(number)
        del self._targets[number]
        return Response(status=204)

    def _route(self, text: str, view: View, methods: list[str]) -> None:
        self._views[view.__name__] = view
        self._urls.add(Rule(text, endpoint=view.__name__, methods=methods))

    def _get_target(self, number: int) -> str:
        try:
            return self._targets[number]
        except KeyError:
            raise NotFound(f"There is no short link {number}.") from None


if __name__ == "__main__":
    run_simple("127.0.0.1", 5000, ShortLinks())
