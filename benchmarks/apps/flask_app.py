"""Run the scenarios on Flask."""

from __future__ import annotations

import flask

from .flask_shaped import make_offers

OFFERS = make_offers(flask, flask.Flask, __name__)
