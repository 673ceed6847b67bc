from __future__ import annotations

import jinja2
import pytest

from cruse_templating import environment, jinja


class TestNames:
    def test_are_those_of_the_classes(self) -> None:
        assert jinja.Template is jinja2.Template
        assert jinja.Environment is environment.Environment

    def test_unknown_one_is_an_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match="has no attribute 'Nope'"):
            jinja.Nope  # type: ignore[attr-defined]  # noqa: B018 - what is tested
