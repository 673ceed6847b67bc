"""Run a Flask application, and its extensions, on Cruse.

Importing this module makes `flask` and each of its modules resolve to Cruse in this process, even
where Flask is installed. It must come before the first import of `flask`:

    import cruse.as_flask
    from flask import Flask

`python -m cruse.as_flask -m module ...`, `python -m cruse.as_flask script.py ...` and
`pytest -p cruse.as_flask` do so for a program or a test suite that stays as it is.
Environment variables named `FLASK_...`, `.flaskenv` files and the entry points of `flask.commands`
work then too.
"""

from werkzeug.datastructures import ImmutableDict

from cruse.app import Cruse
from cruse.as_flask.finder import install
from cruse_cli.names import add_aliases
from cruse_core.app_globals import AppGlobals
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.notices import be_lenient

install()
be_lenient()
AppGlobals._label = "flask.g"
# What Cruse does in another way by default, and Flask's programs may rely on.
DefaultJSONProvider.allow_nan = True
Cruse.default_config = ImmutableDict({**Cruse.default_config, "JSON_ERRORS": "never"})
add_aliases(
    "FLASK",
    dotenv_file=".flaskenv",
    entry_point_group="flask.commands",
    version_line=("Flask", "flask"),
)
