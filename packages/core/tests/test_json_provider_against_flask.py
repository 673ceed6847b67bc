"""Cruse and Flask write the same bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from werkzeug.wrappers import Response

from cruse_core.json_provider import DefaultJSONProvider


@dataclasses.dataclass
class Point:
    """A dataclass."""

    y: Any
    x: Any


class FakeApp:
    """As much of an app as a provider needs."""

    debug = False
    response_class = Response
    config: Mapping[str, Any] = MappingProxyType({})


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters()),
    st.text().map(Markup),
    st.decimals(),
    st.uuids(),
    st.datetimes(),
    st.dates(),
    st.builds(Point, st.integers(), st.lists(st.text())),
    st.sampled_from([set(), b"", 1j, Point, range(2)]),
)
# Flask cannot write an object with keys of several types.
keys = (st.text(), st.integers(), st.none(), st.tuples())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        *(st.dictionaries(kind, inner) for kind in keys),
    ),
    max_leaves=10,
)


def written(provider: Any, values: tuple[object, ...], **attributes: object) -> object:
    for name, value in attributes.items():
        setattr(provider, name, value)
    try:
        response = provider.response(*values)
    except (TypeError, UnicodeEncodeError) as error:
        return type(error)
    return response.get_data(), response.headers["Content-Type"], provider.dumps(values)


@pytest.mark.parametrize("debug", [False, True])
@given(
    st.lists(values, max_size=3).map(tuple),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, False, True]),
)
def test_responses(
    debug: bool,
    values: tuple[object, ...],
    ensure_ascii: bool,
    sort_keys: bool,
    compact: bool | None,
) -> None:
    attributes = {"ensure_ascii": ensure_ascii, "sort_keys": sort_keys, "compact": compact}
    attributes["allow_nan"] = True
    flask_app, app = flask.Flask("flask_app"), FakeApp()
    flask_app.debug = app.debug = debug
    theirs = written(flask_app.json, values, **attributes)
    assert written(DefaultJSONProvider(app), values, **attributes) == theirs
