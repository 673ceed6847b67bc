"""Record what an app signals during a test: templates, flashed messages, any other signal.

Everything here listens to the signals of cruse-core, so it needs no templates of its own, and works
with every app.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from blinker import NamedSignal

from cruse_core import App
from cruse_core.signals import message_flashed, template_rendered


class Rendering(NamedTuple):
    """One template that was rendered, with the values that it was given."""

    #: The template.
    template: Any
    #: Its values, with those of context processors.
    context: dict[str, Any]

    @property
    def name(self) -> str | None:
        """Name of the template; None for one that was made from a string."""
        name: str | None = self.template.name
        return name


class Renderings(list[Rendering]):
    """The templates that were rendered, in their order."""

    @property
    def names(self) -> list[str | None]:
        """Names of the templates, in the order of their rendering."""
        return [rendering.name for rendering in self]

    def assert_rendered(self, name: str | None, /, **values: Any) -> Rendering:
        """Check that a template was rendered, and return the first such rendering.

        Args:
            name: Of the template; None for one that was made from a string.
            **values: What it must have been given, among other values.

        Raises:
            AssertionError: It was not rendered, or not with these values.
        """
        __tracebackhide__ = True
        found = [rendering for rendering in self if rendering.name == name]
        if not found:
            raise AssertionError(
                f"Template {name!r} was not rendered. Rendered were: {self.names or 'none'}."
            )
        for rendering in found:
            if all(_has_value(rendering.context, key, value) for key, value in values.items()):
                return rendering
        given = [{key: r.context.get(key, "(not given)") for key in values} for r in found]
        raise AssertionError(
            f"Template {name!r} was rendered, but not with {values!r}. It was given: "
            f"{', '.join(map(repr, given))}."
        )

    def assert_not_rendered(self, name: str | None) -> None:
        """Check that a template was not rendered.

        Raises:
            AssertionError: It was.
        """
        __tracebackhide__ = True
        if name in self.names:
            raise AssertionError(f"Template {name!r} was rendered {self.names.count(name)} times.")


class Flash(NamedTuple):
    """One flashed message."""

    #: What was passed to `flash`.
    message: Any
    #: Its category.
    category: str


class Flashes(list[Flash]):
    """The messages that were flashed, in their order."""

    def assert_flashed(self, text: str, category: str | None = None) -> Flash:
        """Check that a message was flashed, and return it.

        Args:
            text: A part of the message.
            category: Of the message, if it matters.

        Raises:
            AssertionError: There was no such message.
        """
        __tracebackhide__ = True
        for flash in self:
            if text in str(flash.message) and category in (None, flash.category):
                return flash
        wanted = repr(text) if category is None else f"{text!r} in category {category!r}"
        raise AssertionError(f"No message with {wanted} was flashed. Flashed were: {list(self)}.")


class SentSignal(NamedTuple):
    """One signal that was sent, with its data."""

    #: Name of the signal, such as "request-started".
    name: str
    #: The keyword arguments that came with it.
    data: dict[str, Any]


def _has_value(context: dict[str, Any], key: str, value: Any) -> bool:
    return key in context and bool(context[key] == value)


@contextmanager
def record_templates(app: App) -> Iterator[Renderings]:
    """Record each template that *app* renders inside the block."""
    renderings = Renderings()

    def record(sender: object, template: Any, context: dict[str, Any], **extra: Any) -> None:
        renderings.append(Rendering(template, context))

    with template_rendered.connected_to(record, app):
        yield renderings


@contextmanager
def assert_template_rendered(app: App, name: str | None, /, **values: Any) -> Iterator[Renderings]:
    """Check at the end of the block that *app* has rendered a template inside it.

    Args:
        app: Whose templates count.
        name: Of the template; None for one that was made from a string.
        **values: What it must have been given, among other values.

    Raises:
        AssertionError: It was not rendered, or not with these values.
    """
    __tracebackhide__ = True
    with record_templates(app) as renderings:
        yield renderings
    renderings.assert_rendered(name, **values)


@contextmanager
def record_flashes(app: App) -> Iterator[Flashes]:
    """Record each message that is flashed by *app* inside the block."""
    flashes = Flashes()

    def record(sender: object, message: Any, category: str, **extra: Any) -> None:
        flashes.append(Flash(message, category))

    with message_flashed.connected_to(record, app):
        yield flashes


@contextmanager
def record_signals(app: App, *signals: NamedSignal) -> Iterator[list[SentSignal]]:
    """Record each of *signals* that *app* sends inside the block, in their order."""
    sent: list[SentSignal] = []

    def connect(signal: NamedSignal, stack: ExitStack) -> None:
        def record(sender: object, **data: Any) -> None:
            sent.append(SentSignal(signal.name, data))

        stack.enter_context(signal.connected_to(record, app))

    with ExitStack() as stack:
        for signal in signals:
            connect(signal, stack)
        yield sent
