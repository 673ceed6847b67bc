"""Cruse and Flask send a file with the same headers."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask_and_cruse import Kit, ask, assert_same

OPTIONS: list[dict[str, Any]] = [
    {},
    {"as_attachment": True},
    {"mimetype": "text/html", "etag": False, "last_modified": 0},
    {"conditional": False, "max_age": 7, "etag": "tag"},
    {"etag": "tag", "last_modified": datetime(2020, 1, 1, tzinfo=UTC)},
    {"max_age": lambda name: len(name)},
    {"max_age": 0},
    {"download_name": "ä.txt"},
    {"download_name": 'a "b".csv', "as_attachment": True},
]
PAST, FUTURE = "Wed, 15 Nov 2000 00:00:00 GMT", "Tue, 15 Nov 2033 00:00:00 GMT"
# Where Flask's answer is that of RFC 9110; test_conditions.py has the others.
HEADERS: list[dict[str, str]] = [
    {},
    {"Range": "bytes=0-4"},
    {"Range": "bytes=-1"},
    {"Range": "bytes=90-"},
    {"If-None-Match": '"tag"'},
    {"If-Modified-Since": PAST},
    {"If-Modified-Since": FUTURE},
    {"If-Range": '"tag"', "Range": "bytes=0-4"},
]
CONFIGS: list[dict[str, Any]] = [
    {},
    {"USE_X_SENDFILE": True},
    {"SEND_FILE_MAX_AGE_DEFAULT": 60},
    {"SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1)},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    for name, content in (
        ("a.txt", "0123456789"),
        ("ü x.tar.gz", "x"),
        ("empty", ""),
        ("inner/b.json", "{}"),
    ):
        (tmp_path / name).write_text(content)
        os.utime(tmp_path / name, (1_600_000_000.6, 1_600_000_000.6))
    return tmp_path


def ask_with_all_headers(
    kit: Kit, folder: Path, config: dict[str, Any], view: Callable[..., Any]
) -> list[Any]:
    app = kit.make_app(root_path=str(folder))
    app.config.update(config)
    app.add_url_rule("/", "file", view)
    answers = [ask(app, headers=headers) for headers in HEADERS]
    return [*answers, ask(app, method="HEAD")]


class TestSendFile:
    """Q10."""

    @pytest.mark.parametrize("options", OPTIONS)
    @pytest.mark.parametrize("config", CONFIGS)
    def test_with_each_option_and_header(
        self, folder: Path, config: dict[str, Any], options: dict[str, Any]
    ) -> None:
        for name in ("a.txt", "ü x.tar.gz", "empty", "inner/b.json", folder / "a.txt"):
            assert_same(
                lambda kit, name=name: ask_with_all_headers(
                    kit, folder, config, lambda: kit.send_file(name, **options)
                )
            )

    @pytest.mark.parametrize("name", ["none.txt", "inner"])
    def test_of_what_is_no_file(self, folder: Path, name: str) -> None:
        assert_same(lambda kit: ask_with_all_headers(kit, folder, {}, lambda: kit.send_file(name)))

    @pytest.mark.parametrize("config", CONFIGS[:2])
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"mimetype": "text/css"},
            {"as_attachment": True},
            {"download_name": "a.html", "etag": "tag", "last_modified": 5},
            {"download_name": "a.txt", "as_attachment": True, "max_age": 5},
        ],
    )
    def test_of_an_open_file(
        self, folder: Path, config: dict[str, Any], options: dict[str, Any]
    ) -> None:
        def program(kit: Kit) -> list[Any]:
            return [
                ask_with_all_headers(
                    kit,
                    folder,
                    config,
                    lambda make=make: kit.send_file(make("0123456789"), **options),
                )
                for make in (lambda text: io.BytesIO(text.encode()), io.StringIO)
            ]

        assert_same(program)


class TestSendFromDirectory:
    """Q10."""

    @pytest.mark.parametrize("options", OPTIONS[:4])
    @pytest.mark.parametrize("config", CONFIGS)
    def test_with_each_option_and_header(
        self, folder: Path, config: dict[str, Any], options: dict[str, Any]
    ) -> None:
        assert_same(
            lambda kit: ask_with_all_headers(
                kit, folder, config, lambda: kit.send_from_directory(folder, "a.txt", **options)
            )
        )

    @pytest.mark.parametrize("directory", ["", ".", "inner", "none"])
    def test_sends_nothing_else(self, folder: Path, directory: str) -> None:
        names = ["a.txt", "b.json", "../a.txt", "inner/../a.txt", "inner", "/etc/passwd", "C:\\x"]
        names += ["..", ".", "~", "", "a.txt\0", folder / "a.txt"]

        def program(kit: Kit) -> list[Any]:
            app = kit.make_app(root_path=str(folder))
            app.add_url_rule(
                "/<int:number>",
                "file",
                lambda number: kit.send_from_directory(directory, names[number]),
            )
            return [ask(app, f"/{number}") for number in range(len(names))]

        assert_same(program)
