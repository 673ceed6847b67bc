from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from blinker import NamedSignal
from werkzeug.test import Client

from cruse_core import g, has_request_context, request
from cruse_core.errors import OutOfContextError
from cruse_core.signals import before_render_template, template_rendered
from cruse_templating import (
    TemplatingApp,
    get_template_attribute,
    render_template,
    render_template_async,
    render_template_string,
    render_template_string_async,
    stream_template,
    stream_template_async,
    stream_template_string,
    stream_template_string_async,
)

WriteTemplate = Callable[..., Path]


@pytest.fixture
def sent(app: TemplatingApp) -> Iterator[list[tuple[str, str | None, dict[str, Any]]]]:
    """What the app's rendering has signalled: name, template, values."""
    records: list[tuple[str, str | None, dict[str, Any]]] = []

    def listen(signal: NamedSignal) -> Callable[..., None]:
        def receive(sender: object, template: Any, context: dict[str, Any]) -> None:
            records.append((signal.name, template.name, context))

        signal.connect(receive, app)
        return receive

    receivers = [listen(before_render_template), listen(template_rendered)]
    yield records
    before_render_template.disconnect(receivers[0], app)
    template_rendered.disconnect(receivers[1], app)


class TestRenderTemplate:
    def test_takes_a_name_a_list_or_a_template(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("a.html", "hello {{ who }}")
        with app.app_context():
            assert render_template("a.html", who="name") == "hello name"
            assert render_template(["none.html", "a.html"], who="list") == "hello list"
            template = app.jinja_env.get_template("a.html")
            assert render_template(template, who="template") == "hello template"

    def test_sends_signals_around_the_rendering(
        self,
        app: TemplatingApp,
        write_template: WriteTemplate,
        sent: list[tuple[str, str | None, dict[str, Any]]],
    ) -> None:
        write_template("a.html", "{{ x }}")
        with app.app_context():
            render_template("a.html", x=1)
        assert [(name, template) for name, template, _ in sent] == [
            ("before-render-template", "a.html"),
            ("template-rendered", "a.html"),
        ]
        assert all(values["x"] == 1 and "g" in values for _, _, values in sent)

    def test_receiver_may_change_the_values_before(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("a.html", "{{ x }}")

        def change(sender: object, context: dict[str, Any], **extra: Any) -> None:
            context["x"] = "changed"

        with app.app_context(), before_render_template.connected_to(change, app):
            assert render_template("a.html", x=1) == "changed"

    def test_receiver_may_be_a_coroutine_function(self, app: TemplatingApp) -> None:
        seen = []

        async def receive(sender: object, **extra: Any) -> None:
            seen.append(sender)

        with app.app_context(), template_rendered.connected_to(receive, app):
            render_template_string("x")
        assert seen == [app]

    def test_outside_of_a_context_says_so(self) -> None:
        with pytest.raises(OutOfContextError, match="app_context"):
            render_template("a.html")


class TestRenderTemplateString:
    def test_escapes_values(self, app: TemplatingApp) -> None:
        with app.app_context():
            assert render_template_string("<b>{{ x }}</b>", x="<") == "<b>&lt;</b>"


class TestStreamTemplate:
    def test_yields_piece_by_piece(self, app: TemplatingApp, write_template: WriteTemplate) -> None:
        write_template("a.html", "{% for x in xs %}{{ x }},{% endfor %}")
        asked = []

        def count() -> Iterator[int]:
            for number in range(3):
                asked.append(number)
                yield number

        with app.app_context():
            stream = stream_template("a.html", xs=count())
            assert next(stream) == "0"
            assert asked == [0]
            assert "".join(stream) == ",1,2,"

    def test_keeps_the_request_until_its_end(self, app: TemplatingApp, client: Client) -> None:
        @app.get("/")
        def index() -> Iterator[str]:
            g.x = 1
            return stream_template_string(
                "{{ request.path }} {{ g.x }} {{ active() }}", active=has_request_context
            )

        assert client.get("/").text == "/ 1 True"

    def test_sends_the_second_signal_at_its_end(
        self, app: TemplatingApp, sent: list[tuple[str, str | None, dict[str, Any]]]
    ) -> None:
        with app.app_context():
            stream = stream_template_string("a{{ x }}b", x=1)
            assert [name for name, _, _ in sent] == ["before-render-template"]
            next(stream)
            assert len(sent) == 1
            assert list(stream) == ["1", "b"]
        assert [name for name, _, _ in sent] == ["before-render-template", "template-rendered"]

    def test_can_be_read_after_an_app_context(self, app: TemplatingApp) -> None:
        with app.app_context():
            stream = stream_template_string("a{{ x }}", x=1)
        assert "".join(stream) == "a1"


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def numbers() -> AsyncIterator[int]:
    for number in range(3):
        await asyncio.sleep(0)
        yield number


class TestRenderTemplateAsync:
    def test_awaits_what_the_template_calls(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("a.html", "{{ double(2) }}{% for n in numbers() %} {{ n }}{% endfor %}")
        with app.app_context():
            coroutine = render_template_async("a.html", double=double, numbers=numbers)
            assert asyncio.run(coroutine) == "4 0 1 2"

    def test_shares_filters_tests_and_globals(self, app: TemplatingApp) -> None:
        assert app.async_jinja_env is app.async_jinja_env

        @app.template_filter
        async def doubled(number: int) -> int:
            return await double(number)

        with app.app_context():
            assert asyncio.run(render_template_string_async("{{ 4|doubled }}")) == "8"

    def test_runs_processors_on_the_loop_of_the_caller(self, app: TemplatingApp) -> None:
        loops = []

        @app.context_processor
        async def add_values() -> dict[str, Any]:
            loops.append(asyncio.get_running_loop())
            return {"x": 1, "y": 1}

        app.context_processor(lambda: {"z": 3})

        async def main() -> str:
            loops.append(asyncio.get_running_loop())
            return await render_template_string_async("{{ x }}{{ y }}{{ z }}", y=2)

        with app.app_context():
            assert asyncio.run(main()) == "123"
        assert loops[0] is loops[1]

    def test_sends_signals_to_receivers_of_both_kinds(
        self, app: TemplatingApp, sent: list[tuple[str, str | None, dict[str, Any]]]
    ) -> None:
        awaited = []

        async def receive(sender: object, **extra: Any) -> None:
            await asyncio.sleep(0)
            awaited.append(sender)

        with app.app_context(), template_rendered.connected_to(receive, app):
            asyncio.run(render_template_string_async("x"))
        assert [name for name, _, _ in sent] == ["before-render-template", "template-rendered"]
        assert awaited == [app]

    def test_works_in_an_async_view(self, app: TemplatingApp, client: Client) -> None:
        @app.get("/")
        async def index() -> str:
            return await render_template_string_async(
                "{{ request.path }} {{ double(3) }}", double=double
            )

        assert client.get("/").text == "/ 6"


class TestStreamTemplateAsync:
    def test_yields_piece_by_piece(
        self,
        app: TemplatingApp,
        write_template: WriteTemplate,
        sent: list[tuple[str, str | None, dict[str, Any]]],
    ) -> None:
        write_template("a.html", "{% for n in numbers() %}{{ n }}{% endfor %}")
        source = "{{ double(1) }}"

        async def main() -> list[str]:
            pieces = [piece async for piece in stream_template_async("a.html", numbers=numbers)]
            assert [name for name, _, _ in sent] == ["before-render-template", "template-rendered"]
            pieces += [p async for p in stream_template_string_async(source, double=double)]
            return pieces

        with app.app_context():
            assert asyncio.run(main()) == ["0", "1", "2", "2"]


class TestGetTemplateAttribute:
    def test_returns_a_macro_or_a_variable(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("m.html", "{% macro hello(x) %}hi {{ x }}{% endmacro %}{% set n = 3 %}")
        with app.app_context():
            assert get_template_attribute("m.html", "hello")("you") == "hi you"
            assert get_template_attribute("m.html", "n") == 3

    def test_says_what_the_template_defines(
        self, app: TemplatingApp, write_template: WriteTemplate
    ) -> None:
        write_template("m.html", "{% set n = 3 %}{% set m = 3 %}")
        write_template("e.html", "")
        with app.app_context():
            with pytest.raises(AttributeError, match=r"no 'x'.*those it defines: m, n"):
                get_template_attribute("m.html", "x")
            with pytest.raises(AttributeError, match="there are none"):
                get_template_attribute("e.html", "x")


class TestRequestInTemplates:
    def test_is_the_request_itself(self, app: TemplatingApp, client: Client) -> None:
        @app.get("/<name>")
        def show(name: str) -> str:
            assert request.view_args == {"name": name}
            return render_template_string("{{ request.view_args.name }}")

        assert client.get("/x").text == "x"
