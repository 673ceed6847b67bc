"""Cruse and Flask write the same tagged documents, and read each other's."""

from __future__ import annotations

from datetime import UTC

from flask.json.tag import TaggedJSONSerializer as FlaskSerializer
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from cruse_core.json_tags import TaggedJSONSerializer

keys = st.one_of(st.text(), st.sampled_from([" t", " di", " d", " b", " m", " u", " t__", "__"]))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.text().map(Markup),
    st.binary(),
    st.uuids(),
    st.datetimes(),
    st.datetimes(timezones=st.just(UTC)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(keys, inner)
    ),
    max_leaves=12,
)


@given(values)
def test_same_document_and_same_value(value: object) -> None:
    theirs, ours = FlaskSerializer(), TaggedJSONSerializer()
    document = ours.dumps(value)
    assert document == theirs.dumps(value)
    assert ours.loads(document) == theirs.loads(document)
    if not ours.may_be_tagged(document):
        assert ours.loads(document) == value
