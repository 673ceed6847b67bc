"""The core of Cruse: an app, its blueprints and the context of a request."""

from cruse_core import json as json
from cruse_core.app import App as App
from cruse_core.blueprint import Blueprint as Blueprint
from cruse_core.blueprint import BlueprintSetupState as BlueprintSetupState
from cruse_core.components import refuse_name as _refuse_name
from cruse_core.config import Config as Config
from cruse_core.context import AppContext as AppContext
from cruse_core.context import RequestContext as RequestContext
from cruse_core.files import send_file as send_file
from cruse_core.files import send_from_directory as send_from_directory
from cruse_core.flashing import flash as flash
from cruse_core.flashing import get_flashed_messages as get_flashed_messages
from cruse_core.globals import current_app as current_app
from cruse_core.globals import g as g
from cruse_core.globals import request as request
from cruse_core.globals import session as session
from cruse_core.json import jsonify as jsonify
from cruse_core.requests import Request as Request
from cruse_core.responses import Response as Response
from cruse_core.shortcuts import abort as abort
from cruse_core.shortcuts import after_this_request as after_this_request
from cruse_core.shortcuts import copy_current_request_context as copy_current_request_context
from cruse_core.shortcuts import has_app_context as has_app_context
from cruse_core.shortcuts import has_json_errors as has_json_errors
from cruse_core.shortcuts import has_request_context as has_request_context
from cruse_core.shortcuts import make_response as make_response
from cruse_core.shortcuts import redirect as redirect
from cruse_core.shortcuts import url_for as url_for
from cruse_core.signals import appcontext_popped as appcontext_popped
from cruse_core.signals import appcontext_pushed as appcontext_pushed
from cruse_core.signals import appcontext_tearing_down as appcontext_tearing_down
from cruse_core.signals import before_render_template as before_render_template
from cruse_core.signals import got_request_exception as got_request_exception
from cruse_core.signals import message_flashed as message_flashed
from cruse_core.signals import request_finished as request_finished
from cruse_core.signals import request_started as request_started
from cruse_core.signals import request_tearing_down as request_tearing_down
from cruse_core.signals import template_rendered as template_rendered
from cruse_core.streaming import stream_with_context as stream_with_context

# Not with `def`: type checkers would take every name for one that exists. Not in `globals()`: that
# is a module here.
locals()["__getattr__"] = _refuse_name
