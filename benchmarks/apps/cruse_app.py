"""Run the scenarios on Cruse: the same lines as on Flask."""

from __future__ import annotations

import cruse

from .flask_shaped import make_offers

OFFERS = make_offers(cruse, cruse.Cruse, __name__)
