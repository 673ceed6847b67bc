"""Jinja2 templates for Cruse."""

from cruse_templating.app import TemplatingApp
from cruse_templating.blueprint import TemplatingBlueprint
from cruse_templating.rendering import (
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

__all__ = [
    "TemplatingApp",
    "TemplatingBlueprint",
    "get_template_attribute",
    "render_template",
    "render_template_async",
    "render_template_string",
    "render_template_string_async",
    "stream_template",
    "stream_template_async",
    "stream_template_string",
    "stream_template_string_async",
]
