"""The same sources fill Cruse's and Flask's settings alike."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import flask
import pytest
from flask_and_cruse import Kit, assert_same, outcome
from hypothesis import given
from hypothesis import strategies as st

from cruse_core import App
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


FILES = {
    "ok.py": "A = 1\nb = 2\nC_D = {'x': 1}\n__X = 3\n_Y = 1\nA1 = 2\nÜ = 4\n",
    "failing.py": "A = 1\n1 / 0",
    "malformed.py": "A =",
    "about.py": "FILE = __file__\nNAME = __name__\nfrom os import path\n",
    "a.json": '{"A": 1, "b": 2, "NESTED": {"X": 1}}',
    "pairs.json": '[["A", 1]]',
    "a.toml": "A = 1\nb = 2\n[T]\nx = 1\n",
}


class Settings:
    A = 1
    b = 2
    _C = 3
    D_E = 4

    @property
    def P(self) -> int:
        return 5


def fill(kit: Kit, folder: Path, take: Callable[[Any], Any]) -> Any:
    """Return what *take* returns, or how it fails, and what is in the configuration then."""
    config = kit.config.Config(folder, {"BEFORE": 0})
    try:
        answer = take(config)
    except OSError as error:
        answer = (type(error), str(error))
    except Exception as error:
        answer = outcome(_raise, error)
    return answer, repr(config)


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("filename", [*FILES, "missing", ".", "", "ok.py/x", "~/x"])
def test_file(tmp_path: Path, filename: str, silent: bool) -> None:
    """F01 and F02."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    ways: list[Callable[[Any], Any]] = [
        lambda config: config.from_pyfile(filename, silent=silent),
        lambda config: config.from_pyfile(Path(filename), silent),
        lambda config: config.from_pyfile(str(tmp_path / filename), silent),
        lambda config: config.from_file(filename, json.load, silent=silent),
        lambda config: config.from_file(filename, tomllib.load, silent, False),
        lambda config: config.from_envvar("NAME_OF_FILE", silent),
        lambda config: config.from_envvar("UNSET_NAME", silent=silent),
    ]
    with mock.patch.dict(os.environ, {"NAME_OF_FILE": filename}):
        assert_same(lambda kit: [fill(kit, tmp_path, way) for way in ways])


@pytest.mark.parametrize(
    "source",
    [Settings, Settings(), "json.decoder", "json.decoder:JSONDecoder", "missing", "os.missing",
     "", None, {"A": 1}, 5, os],
)  # fmt: skip
def test_object(tmp_path: Path, source: Any) -> None:
    assert_same(lambda kit: [fill(kit, tmp_path, lambda config: config.from_object(source))])


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        (({"A": 1, "b": 2},), {"C": 3, "d": 4}),
        (([("A", 1)],), {"A": 2}),
        (({"A": 1}, {"B": 2}), {}),
        (([1],), {}),
        ((None,), {"X": 1}),
        (({1: 2},), {}),
    ],
)
def test_mapping(tmp_path: Path, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert_same(
        lambda kit: [fill(kit, tmp_path, lambda config: config.from_mapping(*args, **kwargs))]
    )


@pytest.mark.parametrize("loads", [json.loads, str, int])
@pytest.mark.parametrize("prefix", ["FLASK", "FLASK_", "", "other"])
def test_environment_with_prefix_and_loads(tmp_path: Path, prefix: str, loads: Any) -> None:
    variables = {
        "FLASK_A": "1",
        "FLASK_b": "[1",
        "FLASK_N__A__B": "2",
        "FLASK_": "e",
        "FLASK__": "f",
        "FLASK___X": "g",
        "FLASK_E": '{"a": 1}',
        "FLASK_E__b": "2",
    }
    with mock.patch.dict(os.environ, variables, clear=True):
        assert_same(
            lambda kit: [
                fill(kit, tmp_path, lambda config: config.from_prefixed_env(prefix, loads=loads))
            ]
        )


@pytest.mark.parametrize("namespace", ["A_", "a_", "", "A", "Z"])
def test_namespace(tmp_path: Path, namespace: str) -> None:
    def program(kit: Kit) -> list[Any]:
        config = kit.config.Config(tmp_path, {"A_B": 1, "A_C_D": 2, "AB": 3, "a_x": 4})
        return [
            config.get_namespace(namespace, lowercase=lowercase, trim_namespace=trim)
            for lowercase in (True, False)
            for trim in (True, False)
        ]

    assert_same(program)


def test_defaults() -> None:
    """All settings that Flask has, with its values, and those of Cruse's own."""
    ours, theirs = App("ours", root_path="/").config, flask.Flask("theirs", root_path="/").config
    of_templates = {"EXPLAIN_TEMPLATE_LOADING", "TEMPLATES_AUTO_RELOAD"}
    expected = {key: value for key, value in theirs.items() if key not in of_templates}
    assert {key: ours[key] for key in expected} == expected
    assert ours.keys() - expected.keys() == {
        "EXTRA_HTTP_METHODS",
        "JSON_DATES",
        "JSON_ERRORS",
        "JSON_PROVIDER",
        "STRICT_ROUTES",
    }
