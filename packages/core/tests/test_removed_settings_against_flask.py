from __future__ import annotations

import flask
import pytest

from cruse_core.removed_settings import REMOVED_ATTRIBUTES, REMOVED_SETTINGS


class TestRemovedSettings:
    @pytest.mark.parametrize("key", REMOVED_SETTINGS)
    def test_flask_has_them_no_more(self, key: str) -> None:
        assert key not in flask.Flask.default_config

    @pytest.mark.parametrize("name", REMOVED_ATTRIBUTES)
    def test_flask_has_the_attributes_no_more(self, name: str) -> None:
        app = flask.Flask(__name__)
        assert not hasattr(app, name)
        assert not hasattr(flask.Blueprint("orders", __name__), name)
