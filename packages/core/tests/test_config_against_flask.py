"""The same sources fill Cruse's and Flask's settings alike."""

from __future__ import annotations

import os
from pathlib import Path
from unittest import mock

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruse_core.config import Config

keys = st.from_regex(r"[A-Za-z](_{0,3}[A-Za-z0-9])*", fullmatch=True)
texts = st.one_of(
    st.sampled_from(["true", "True", "1e5", "null", "NaN", "{}", '{"A": 1}', "[1]", ""]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126)),
)


@given(st.dictionaries(keys, texts))
def test_prefixed_environment(variables: dict[str, str]) -> None:
    theirs, ours = flask.Config("/"), Config("/")
    environ = {f"FLASK_{key}": text for key, text in variables.items()}
    with mock.patch.dict(os.environ, environ, clear=True):
        try:
            theirs.from_prefixed_env()
        except TypeError:
            with pytest.raises(TypeError):
                ours.from_prefixed_env("FLASK")
            return
        ours.from_prefixed_env("FLASK")
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("filename", ["missing.cfg", ".", "file/x.cfg"])
def test_unreadable_file(tmp_path: Path, filename: str) -> None:
    (tmp_path / "file").touch()
    errors = []
    for config in (flask.Config(tmp_path), Config(tmp_path)):
        with pytest.raises(OSError, match="Unable to load") as caught:
            config.from_pyfile(filename)
        errors.append((type(caught.value), str(caught.value)))
    assert errors[0] == errors[1]
