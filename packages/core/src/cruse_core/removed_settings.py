"""Name the settings that Flask once read, which Cruse never did, and what to do in their place."""

from __future__ import annotations

# By key: the version of Flask that removed it, and the remedy.
REMOVED_SETTINGS = {
    "JSON_AS_ASCII": ("2.3", "Set app.json.ensure_ascii."),
    "JSON_SORT_KEYS": ("2.3", "Set app.json.sort_keys."),
    "JSONIFY_MIMETYPE": ("2.3", "Set app.json.mimetype."),
    "JSONIFY_PRETTYPRINT_REGULAR": ("2.3", "Set app.json.compact; False is what this was."),
    "LOGGER_HANDLER_POLICY": ("1.0", "Add handlers to app.logger, or configure logging."),
    "LOGGER_NAME": ("1.0", "Leave it out: the logger has the name of the app."),
    "PRESERVE_CONTEXT_ON_EXCEPTION": (
        "2.3",
        "Leave it out; in a test, `with app.test_client() as client:` keeps the context.",
    ),
}

# The same for attributes of an app or a blueprint.
REMOVED_ATTRIBUTES = {
    "env": ("2.3", "Leave it out, and switch debug mode with app.debug."),
    "json_decoder": ("2.3", "Set app.json to a JSON provider of your own."),
    "json_encoder": ("2.3", "Set app.json to a JSON provider of your own."),
    "preserve_context_on_exception": (
        "2.3",
        "Leave it out; in a test, `with app.test_client() as client:` keeps the context.",
    ),
    "propagate_exceptions": ("2.3", 'Set config["PROPAGATE_EXCEPTIONS"].'),
    "send_file_max_age_default": ("2.3", 'Set config["SEND_FILE_MAX_AGE_DEFAULT"].'),
    "session_cookie_name": ("2.3", 'Set config["SESSION_COOKIE_NAME"].'),
    "templates_auto_reload": ("2.3", 'Set config["TEMPLATES_AUTO_RELOAD"].'),
    "use_x_sendfile": ("2.3", 'Set config["USE_X_SENDFILE"].'),
}
