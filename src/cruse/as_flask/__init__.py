"""Run a Flask application, and its extensions, on Cruse.

Importing this module makes `flask` and each of its modules resolve to Cruse in this process, even
where Flask is installed. It must come before the first import of `flask`:

    import cruse.as_flask
    from flask import Flask

`python -m cruse.as_flask` in place of `python` does so for a program that stays as it is, and for a
test suite: `python -m cruse.as_flask -m pytest`. `pytest -p cruse.as_flask` does too, unless pytest
imports `flask` before its plugins, because `filterwarnings` names a class of a package that does.
Environment variables named `FLASK_...`, `.flaskenv` files and the entry points of `flask.commands`
work then too.

PYTEST_DONT_REWRITE: pytest looks for this word in a plugin that was imported before it.
"""

from cruse.as_flask.classes import complete_classes
from cruse.as_flask.finder import install
from cruse_cli.names import add_aliases
from cruse_core.json_provider import DefaultJSONProvider
from cruse_core.notices import be_lenient

install()
complete_classes()
be_lenient()
# What Cruse does in another way by default, and Flask's programs may rely on.
DefaultJSONProvider.allow_nan = True
add_aliases(
    "FLASK",
    dotenv_file=".flaskenv",
    entry_point_group="flask.commands",
    version_line=("Flask", "flask"),
)
