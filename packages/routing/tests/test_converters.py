"""URLs of values, and that they lead back to these."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruse_routing import BuildError, Map, Rule

VALUES: dict[str, st.SearchStrategy[object]] = {
    "/<float:x>": st.floats(min_value=0, allow_infinity=False),
    "/<float(signed=True):x>": st.floats(allow_nan=False, allow_infinity=False),
    "/<int:x>": st.integers(min_value=0),
    "/<int(signed=True):x>": st.integers(),
    "/<uuid:x>": st.uuids(),
    "/<any(a, b):x>": st.sampled_from(["a", "b"]),
    "/<x>": st.text(min_size=1).filter(lambda text: "/" not in text),
    "/v<x>.y": st.text(min_size=1).filter(lambda text: "/" not in text),
    "/<path:x>": st.from_regex(r"[^/\n](.*[^/\n])?", fullmatch=True).filter(
        lambda text: "//" not in text
    ),
}


class TestBuiltUrls:
    @given(data=st.data())
    @pytest.mark.parametrize("text", VALUES)
    def test_lead_back_to_the_rule_and_the_value(self, text: str, data: st.DataObject) -> None:
        adapter = Map([Rule(text, endpoint="show")]).bind("example.org")
        value = data.draw(VALUES[text])
        # Without a method the map's own builder makes it, otherwise Werkzeug's.
        for method in (None, "GET"):
            url = adapter.build("show", {"x": value}, method)
            assert adapter.match(unquote(url)) == ("show", {"x": value})


class TestFloatConverter:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (1e-7, "0.0000001"),
            ("1e-7", "0.0000001"),
            (1e22, "10000000000000000000000.0"),
            (-0.0, "0.0"),
            (1, "1.0"),
            (0.1, "0.1"),
        ],
    )
    def test_writes_numbers_in_full(self, value: object, text: str) -> None:
        adapter = Map([Rule("/<float:x>", endpoint="show")]).bind("example.org")
        assert adapter.build("show", {"x": value}) == f"/{text}"

    @pytest.mark.parametrize("value", ["inf", "-inf", "nan"])
    @pytest.mark.parametrize("options", ["", "(signed=True)"])
    def test_refuses_what_is_no_finite_number(self, options: str, value: str) -> None:
        adapter = Map([Rule(f"/<float{options}:x>", endpoint="show")]).bind("example.org")
        with pytest.raises(BuildError, match="show"):
            adapter.build("show", {"x": float(value)})
