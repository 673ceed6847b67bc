"""Render templates, whole or piece by piece, from functions and from coroutines.

Each function asks the current app for the template, updates the values by the context processors,
and sends `before_render_template` and `template_rendered` around the rendering.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from typing import Any, TypeAlias

from blinker import NamedSignal

from cruse_core import current_app, has_request_context, stream_with_context
from cruse_core.signals import before_render_template, template_rendered
from cruse_templating import jinja
from cruse_templating.app import TemplatingApp

NameOrTemplate: TypeAlias = "str | jinja.Template"


def _current_app() -> TemplatingApp:
    return current_app.require(TemplatingApp)


# Whole


def render_template(
    template_name_or_list: NameOrTemplate | list[NameOrTemplate], **context: Any
) -> str:
    """Render a template with *context*.

    Args:
        template_name_or_list: Its name below a template folder, or the template itself; of a list,
            the first one that exists.
        **context: Values for the template; they win over those of context processors.

    Raises:
        MissingTemplateError: No loader knows the name.
    """
    app = _current_app()
    return _render(app, app.jinja_env.get_or_select_template(template_name_or_list), context)


def render_template_string(source: str, **context: Any) -> str:
    """Render the template with the given *source*; values are escaped, as in HTML."""
    app = _current_app()
    return _render(app, app.jinja_env.from_string(source), context)


def _render(app: TemplatingApp, template: jinja.Template, context: dict[str, Any]) -> str:
    app.update_template_context(context)
    if before_render_template.receivers:
        _send(before_render_template, app, template, context)
    text = template.render(context)
    if template_rendered.receivers:
        _send(template_rendered, app, template, context)
    return text


def _send(
    signal: NamedSignal, app: TemplatingApp, template: jinja.Template, context: dict[str, Any]
) -> None:
    signal.send(app, _async_wrapper=app.ensure_sync, template=template, context=context)


# Piece by piece


def stream_template(
    template_name_or_list: NameOrTemplate | list[NameOrTemplate], **context: Any
) -> Iterator[str]:
    """Render a template piece by piece, as a view's answer that is sent while it is made.

    The request stays active until the end. Arguments are those of `render_template`.
    """
    app = _current_app()
    return _stream(app, app.jinja_env.get_or_select_template(template_name_or_list), context)


def stream_template_string(source: str, **context: Any) -> Iterator[str]:
    """Render the template with the given *source* piece by piece; as `stream_template`."""
    app = _current_app()
    return _stream(app, app.jinja_env.from_string(source), context)


def _stream(app: TemplatingApp, template: jinja.Template, context: dict[str, Any]) -> Iterator[str]:
    app.update_template_context(context)
    if before_render_template.receivers:
        _send(before_render_template, app, template, context)

    def generate() -> Iterator[str]:
        yield from template.generate(context)
        if template_rendered.receivers:
            _send(template_rendered, app, template, context)

    return stream_with_context(generate()) if has_request_context() else generate()


# From coroutines


async def render_template_async(
    template_name_or_list: NameOrTemplate | list[NameOrTemplate], **context: Any
) -> str:
    """Render a template that may await what it calls, on the event loop of the caller.

    Coroutine functions and asynchronous iterators can be used in the template like others.
    Arguments are those of `render_template`; a `Template` must come from `app.async_jinja_env`.
    """
    app = _current_app()
    template = app.async_jinja_env.get_or_select_template(template_name_or_list)
    return await _render_async(app, template, context)


async def render_template_string_async(source: str, **context: Any) -> str:
    """Render the template with the given *source*; as `render_template_async`."""
    app = _current_app()
    return await _render_async(app, app.async_jinja_env.from_string(source), context)


async def _render_async(
    app: TemplatingApp, template: jinja.Template, context: dict[str, Any]
) -> str:
    await app.update_template_context_async(context)
    await _send_async(before_render_template, app, template, context)
    text = await template.render_async(context)
    await _send_async(template_rendered, app, template, context)
    return text


async def stream_template_async(
    template_name_or_list: NameOrTemplate | list[NameOrTemplate], **context: Any
) -> AsyncIterator[str]:
    """Render a template piece by piece, with what it awaits in between; use it with `async for`.

    The request must stay active until the end. Arguments are those of `render_template_async`.
    """
    app = _current_app()
    template = app.async_jinja_env.get_or_select_template(template_name_or_list)
    async for piece in _stream_async(app, template, context):
        yield piece


async def stream_template_string_async(source: str, **context: Any) -> AsyncIterator[str]:
    """Render the template with the given *source* piece by piece; as `stream_template_async`."""
    app = _current_app()
    async for piece in _stream_async(app, app.async_jinja_env.from_string(source), context):
        yield piece


async def _stream_async(
    app: TemplatingApp, template: jinja.Template, context: dict[str, Any]
) -> AsyncIterator[str]:
    await app.update_template_context_async(context)
    await _send_async(before_render_template, app, template, context)
    async for piece in template.generate_async(context):
        yield piece
    await _send_async(template_rendered, app, template, context)


async def _send_async(
    signal: NamedSignal, app: TemplatingApp, template: jinja.Template, context: dict[str, Any]
) -> None:
    if signal.receivers:
        await signal.send_async(
            app, _sync_wrapper=_make_awaitable, template=template, context=context
        )


def _make_awaitable(receiver: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
    @wraps(receiver)
    async def receive(*args: Any, **kwargs: Any) -> Any:
        return receiver(*args, **kwargs)

    return receive


# Parts of a template


def get_template_attribute(template_name: str, attribute: str) -> Any:
    """Return a macro or a variable that a template defines, to be used from Python.

    Args:
        template_name: Name of the template. It is run without values.
        attribute: Name of the macro or variable.

    Raises:
        AttributeError: The template defines nothing of that name.
    """
    module = _current_app().jinja_env.get_template(template_name).module
    try:
        return getattr(module, attribute)
    except AttributeError:
        defined = ", ".join(sorted(name for name in vars(module) if not name.startswith("_")))
        raise AttributeError(
            f"Template {template_name!r} defines no {attribute!r} at its top level. "
            f"Use one of those it defines: {defined or 'there are none'}."
        ) from None
