"""Cruse: Flask's interface at a fraction of the cost of a request.

The parts are distributions of their own; this one puts them together and gives their public names.
"""

from cruse.app import Cruse as Cruse
from cruse.blueprint import Blueprint as Blueprint
from cruse.globals import current_app as current_app
from cruse_core import AppContext as AppContext
from cruse_core import Config as Config
from cruse_core import Request as Request
from cruse_core import RequestContext as RequestContext
from cruse_core import Response as Response
from cruse_core import abort as abort
from cruse_core import after_this_request as after_this_request
from cruse_core import appcontext_popped as appcontext_popped
from cruse_core import appcontext_pushed as appcontext_pushed
from cruse_core import appcontext_tearing_down as appcontext_tearing_down
from cruse_core import before_render_template as before_render_template
from cruse_core import copy_current_request_context as copy_current_request_context
from cruse_core import flash as flash
from cruse_core import g as g
from cruse_core import get_flashed_messages as get_flashed_messages
from cruse_core import got_request_exception as got_request_exception
from cruse_core import has_app_context as has_app_context
from cruse_core import has_json_errors as has_json_errors
from cruse_core import has_request_context as has_request_context
from cruse_core import json as json
from cruse_core import jsonify as jsonify
from cruse_core import make_response as make_response
from cruse_core import message_flashed as message_flashed
from cruse_core import redirect as redirect
from cruse_core import request as request
from cruse_core import request_finished as request_finished
from cruse_core import request_started as request_started
from cruse_core import request_tearing_down as request_tearing_down
from cruse_core import send_file as send_file
from cruse_core import send_from_directory as send_from_directory
from cruse_core import session as session
from cruse_core import stream_with_context as stream_with_context
from cruse_core import template_rendered as template_rendered
from cruse_core import url_for as url_for
from cruse_core.views import MethodView as MethodView
from cruse_core.views import View as View
from cruse_templating import get_template_attribute as get_template_attribute
from cruse_templating import render_template as render_template
from cruse_templating import render_template_async as render_template_async
from cruse_templating import render_template_string as render_template_string
from cruse_templating import render_template_string_async as render_template_string_async
from cruse_templating import stream_template as stream_template
from cruse_templating import stream_template_async as stream_template_async
from cruse_templating import stream_template_string as stream_template_string
from cruse_templating import stream_template_string_async as stream_template_string_async


def __getattr__(name: str) -> str:
    """Give `__version__`, which is read from the installed distribution."""
    if name == "__version__":
        # PERF: reading metadata takes longer than many a small module (benchmarks/startup.py).
        from importlib.metadata import version

        return version("cruse")
    raise AttributeError(f"module 'cruse' has no attribute {name!r}")
