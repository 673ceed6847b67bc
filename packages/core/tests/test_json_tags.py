"""Values with tags, written and read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from markupsafe import Markup

from cruse_core import App
from cruse_core.json_provider import JSONProvider
from cruse_core.json_tags import JSONTag, PassDict, TaggedJSONSerializer, TagTuple


class TagSet(JSONTag):
    """A set, written as a sorted list."""

    key = "set"

    def check(self, value: Any) -> bool:
        return isinstance(value, set)

    def to_json(self, value: Any) -> Any:
        return sorted(value)

    def to_python(self, value: Any) -> Any:
        return set(value)


class OrderedSettings(dict[str, Any]):
    """A subclass of `dict` that wants to come back as itself."""


class TagSettings(JSONTag):
    """`OrderedSettings`, written as pairs."""

    key = " s"

    def check(self, value: Any) -> bool:
        return isinstance(value, OrderedSettings)

    def to_json(self, value: Any) -> Any:
        return [list(pair) for pair in value.items()]

    def to_python(self, value: Any) -> Any:
        return OrderedSettings(value)


@pytest.fixture
def serializer() -> TaggedJSONSerializer:
    return TaggedJSONSerializer()


VALUES = [
    1,
    "text",
    {},
    {" t": 1},
    {" t__": 1},
    {" di": {" t": (1,)}},
    {" unknown": 1, " t": 2},
    (1, (2, 3), [4]),
    b"\x00\xff",
    {"a": [{"b": b"c"}, {}], "d": ()},
    UUID(int=7),
    datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
]


class TestTaggedJSONSerializer:
    @pytest.mark.parametrize("value", VALUES, ids=repr)
    def test_value_comes_back(self, serializer: TaggedJSONSerializer, value: object) -> None:
        assert serializer.loads(serializer.dumps(value)) == value

    def test_markup_comes_back_as_markup(self, serializer: TaggedJSONSerializer) -> None:
        value = serializer.loads(serializer.dumps({"a": Markup("<b>")}))
        assert value == {"a": Markup("<b>")}
        assert type(value["a"]) is Markup

    def test_document_is_compact(self, serializer: TaggedJSONSerializer) -> None:
        assert serializer.dumps({"a": (1, 2), "b": "c"}) == '{"a":{" t":[1,2]},"b":"c"}'

    def test_flat_subclass_of_dict_becomes_a_dict(self, serializer: TaggedJSONSerializer) -> None:
        assert type(serializer.tag(OrderedSettings(a=1))) is dict

    def test_default_writes_what_has_no_tag(self, serializer: TaggedJSONSerializer) -> None:
        assert TaggedJSONSerializer(default=str).dumps({"a": 1j}) == '{"a":"1j"}'
        with pytest.raises(TypeError, match="complex"):
            serializer.dumps({"a": 1j})

    def test_subclass_chooses_its_tags(self) -> None:
        class Small(TaggedJSONSerializer):
            default_tags: ClassVar[list[type[JSONTag]]] = [TagTuple, PassDict]

        assert Small().dumps({"a": (1,)}) == '{"a":{" t":[1]}}'
        assert not Small().has_standard_tags()

    def test_untag_leaves_other_dicts_alone(self, serializer: TaggedJSONSerializer) -> None:
        assert serializer.untag({" t": [1]}) == (1,)
        assert serializer.untag({"t": [1]}) == {"t": [1]}
        assert serializer.untag({" t": [1], "a": 1}) == {" t": [1], "a": 1}


class TestRegister:
    def test_tag_comes_last_by_default(self, serializer: TaggedJSONSerializer) -> None:
        serializer.register(TagSet)
        assert serializer.loads(serializer.dumps({"a": {1, 2}})) == {"a": {1, 2}}

    def test_tag_at_index_comes_first(self, serializer: TaggedJSONSerializer) -> None:
        serializer.register(TagSettings, index=0)
        value = serializer.loads(serializer.dumps([OrderedSettings(a=1)]))
        assert type(value[0]) is OrderedSettings

    def test_tag_without_key_looks_into_containers(self, serializer: TaggedJSONSerializer) -> None:
        serializer.register(PassDict)
        serializer.register(PassDict)
        assert serializer.dumps({"a": (1,)}) == '{"a":{" t":[1]}}'

    def test_same_key_needs_force(self, serializer: TaggedJSONSerializer) -> None:
        class TagOther(TagTuple):
            def to_python(self, value: Any) -> Any:
                return ("other", *value)

        with pytest.raises(KeyError, match="replace that tag with force=True"):
            serializer.register(TagOther)
        serializer.register(TagOther, force=True)
        assert serializer.loads('{" t":[1]}') == ("other", 1)


class TestInAnApp:
    def test_the_provider_of_the_app_writes_and_reads(self, app: App) -> None:
        class Provider(JSONProvider):
            def dumps(self, obj: Any, **kwargs: Any) -> str:
                return f"own {json.dumps(obj, default=repr, **kwargs)}"

            def loads(self, s: str | bytes, **kwargs: Any) -> Any:
                return json.loads(s.removeprefix("own "), **kwargs)  # type: ignore[arg-type]  # a str

        app.json = Provider(app)
        serializer = TaggedJSONSerializer(default=str)
        with app.app_context():
            document = serializer.dumps({"a": (1j,)})
            assert document == 'own {"a":{" t":["1j"]}}'
            assert serializer.loads(document) == {"a": ("1j",)}
        assert serializer.dumps((1j,)) == '{" t":["1j"]}'

    def test_without_one_values_are_written_as_by_default(self) -> None:
        assert TaggedJSONSerializer().dumps(Decimal("1.5")) == '"1.5"'


class TestMayBeTagged:
    def test_standard_tags(self, serializer: TaggedJSONSerializer) -> None:
        assert serializer.may_be_tagged('{"a":1,"b c":" d"}') is not False
        assert serializer.may_be_tagged('{"a":1,"b":"c d"}') is False
        assert serializer.may_be_tagged('{" t":[]}')
        assert serializer.may_be_tagged('{"\\u0020t":[]}')

    def test_other_tags(self, serializer: TaggedJSONSerializer) -> None:
        serializer.register(TagSet)
        assert serializer.may_be_tagged('{"set":[]}')


class TestJSONTag:
    @pytest.mark.parametrize("method", ["check", "to_json", "to_python"])
    def test_is_abstract(self, serializer: TaggedJSONSerializer, method: str) -> None:
        with pytest.raises(NotImplementedError):
            getattr(JSONTag(serializer), method)(1)
