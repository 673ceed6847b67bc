"""The proxy for the current app, typed as one that has every component."""

from __future__ import annotations

from typing import cast

from cruse.app import Cruse
from cruse_core import current_app as _current_app

# The same proxy as in cruse_core: only a type checker sees a difference.
current_app = cast(Cruse, _current_app)
