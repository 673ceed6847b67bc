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

from cruse.as_flask.classes import complete_classes
from cruse.as_flask.finder import install
from cruse_cli.names import add_aliases
from cruse_core.notices import be_lenient

install()
complete_classes()
be_lenient()
add_aliases(
    "FLASK",
    dotenv_file=".flaskenv",
    entry_point_group="flask.commands",
    version_line=("Flask", "flask"),
)
