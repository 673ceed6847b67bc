"""Leaves the comparison to environments that have the extensions: `python3 dev.py extensions`."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("flask_sqlalchemy") else ["tests"]
