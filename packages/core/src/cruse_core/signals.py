"""The signals that an app sends, on Blinker.

A signal costs nothing until somebody connects to it: the senders ask for its receivers first.
"""

from __future__ import annotations

from blinker import NamedSignal, Namespace

__all__ = [
    "NamedSignal",
    "Namespace",
    "appcontext_popped",
    "appcontext_pushed",
    "appcontext_tearing_down",
    "before_render_template",
    "got_request_exception",
    "message_flashed",
    "request_finished",
    "request_started",
    "request_tearing_down",
    "template_rendered",
]

# A namespace of our own: names sent by other libraries never meet these.
_signals = Namespace()

appcontext_pushed = _signals.signal("appcontext-pushed")
request_started = _signals.signal("request-started")
before_render_template = _signals.signal("before-render-template")
template_rendered = _signals.signal("template-rendered")
message_flashed = _signals.signal("message-flashed")
got_request_exception = _signals.signal("got-request-exception")
request_finished = _signals.signal("request-finished")
request_tearing_down = _signals.signal("request-tearing-down")
appcontext_tearing_down = _signals.signal("appcontext-tearing-down")
appcontext_popped = _signals.signal("appcontext-popped")
