"""Cruse and Flask build the same URLs, with the same errors."""

from __future__ import annotations

from typing import Any

import pytest
from flask_and_cruse import Kit, assert_same, outcome

CASES: list[tuple[str, dict[str, Any]]] = [
    ("index", {}),
    ("index", {"q": 1}),
    ("index", {"q": [1, 2]}),
    ("index", {"q": None}),
    ("index", {"q": ""}),
    ("index", {"q": "é &"}),
    ("index", {"a b": 1}),
    ("index", {"_other": 1}),
    ("index", {"_anchor": "a b"}),
    ("index", {"_anchor": "é#?%20"}),
    ("index", {"_anchor": ""}),
    ("index", {"_anchor": None}),
    ("index", {"_external": True}),
    ("index", {"_external": "yes"}),
    ("index", {"_scheme": "https"}),
    ("index", {"_scheme": ""}),
    ("index", {"_scheme": "https", "_external": False}),
    ("index", {"_scheme": "", "_external": True}),
    ("index", {"_method": "POST"}),
    ("either", {}),
    ("either", {"_method": "GET"}),
    ("either", {"_method": "post"}),
    ("either", {"_method": "PUT"}),
    ("item", {}),
    ("item", {"x": "a"}),
    ("item", {"x": "5"}),
    ("item", {"x": 5.5}),
    ("item", {"x": True}),
    ("pair", {"x": "/", "y": "é"}),
    ("pair", {"x": "", "y": ""}),
    ("pair", {"x": None, "y": 1}),
    ("page", {}),
    ("page", {"p": 1}),
    ("page", {"p": 2}),
    ("names", {"self": 1, "endpoint": 2}),
    ("path", {"p": "a/b c"}),
    ("path", {"p": "/a"}),
    ("only", {}),
    (".index", {}),
    (".item", {"x": 1}),
    ("shop.index", {}),
    ("shop.item", {"x": 3}),
    (".shop.index", {}),
    ("..index", {}),
    (".", {}),
    ("", {}),
    ("nowhere", {}),
]


def make_app(kit: Kit, server_name: str | None = None) -> Any:
    app = kit.make_app()
    app.config["SERVER_NAME"] = server_name
    shop = kit.make_blueprint("shop", url_prefix="/shop")
    for owner in (app, shop):
        owner.add_url_rule("/", "index", str)
        owner.add_url_rule("/<int:x>", "item", str)
    app.add_url_rule("/<x>/<y>", "pair", str)
    app.add_url_rule("/one", "either", str, methods=["POST"])
    app.add_url_rule("/other", "either", methods=["GET"])
    app.add_url_rule("/page/", "page", str, defaults={"p": 1})
    app.add_url_rule("/page/<int:p>", "page")
    app.add_url_rule("/names/<self>/<endpoint>", "names", str)
    app.add_url_rule("/path/<path:p>", "path", str)
    app.add_url_rule("/only", "only", build_only=True)
    app.register_blueprint(shop)
    return app


class TestURLFor:
    """R15, R17."""

    @pytest.mark.parametrize("path", ["/", "/shop/", "/nowhere"])
    @pytest.mark.parametrize("root", ["", "/root"])
    @pytest.mark.parametrize("server_name", [None, "shop.test"])
    def test_during_a_request(self, server_name: str | None, root: str, path: str) -> None:
        def program(kit: Kit) -> list[Any]:
            app = make_app(kit, server_name)
            with app.test_request_context(path, base_url=f"http://h.test{root}"):
                return [
                    (name, values, outcome(function, name, **values))
                    for name, values in CASES
                    for function in (kit.url_for, app.url_for)
                ]

        assert_same(program)

    @pytest.mark.parametrize("context", [True, False])
    @pytest.mark.parametrize("server_name", [None, "shop.test"])
    def test_outside_of_a_request(self, server_name: str | None, context: bool) -> None:
        def program(kit: Kit) -> list[Any]:
            app = make_app(kit, server_name)
            if not context:
                return [outcome(app.url_for, name, **values) for name, values in CASES]
            with app.app_context():
                return [outcome(kit.url_for, name, **values) for name, values in CASES]

        assert_same(program)


class TestBuildErrors:
    """R16."""

    @pytest.mark.parametrize(
        ("endpoint", "values"),
        [("indx", {}), ("item", {}), ("either", {"_method": "PUT"}), ("pair", {"x": 1})],
    )
    def test_say_the_same(self, endpoint: str, values: dict[str, Any]) -> None:
        def program(kit: Kit) -> list[Any]:
            with make_app(kit).test_request_context():
                try:
                    return [kit.url_for(endpoint, **values)]
                except Exception as error:
                    return [str(error)]

        assert_same(program)

    def test_handlers_are_asked_alike(self) -> None:
        def program(kit: Kit) -> list[Any]:
            app = make_app(kit)
            asked: list[Any] = []

            def note(error: Exception, endpoint: str, values: dict[str, Any]) -> None:
                asked.append((endpoint, sorted(map(str, values.items()))))

            def answer(error: Exception, endpoint: str, values: dict[str, Any]) -> str | None:
                if endpoint == "again":
                    raise error
                if endpoint == "failing":
                    raise ValueError
                return {"found": "/found", "empty": ""}.get(endpoint)

            app.url_build_error_handlers += [note, answer]
            with app.test_request_context():
                return [
                    (outcome(kit.url_for, name, a=1, _anchor="x", _external=True), asked.copy())
                    for name in ("none", "found", "empty", "again", "failing")
                ]

        assert_same(program)
