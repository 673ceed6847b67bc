from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from cruse_cli import SeparatedPathType, run_command


def parse(*args: str) -> dict[str, object]:
    return run_command.make_context("run", list(args)).params


class TestCertificate:
    def test_file_is_paired_with_its_key(self, tmp_path: Path) -> None:
        cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
        for file in (cert, key):
            file.touch()
        assert parse("--cert", str(cert), "--key", str(key))["cert"] == (str(cert), str(key))
        assert parse("--key", str(key), "--cert", str(cert))["cert"] == (str(cert), str(key))

    def test_file_without_its_key_asks_for_it(self) -> None:
        with pytest.raises(click.BadParameter, match=r"needs its private key\. Give '--key'"):
            parse("--cert", __file__)

    def test_key_without_a_certificate_asks_for_it(self) -> None:
        with pytest.raises(click.BadParameter, match="none is given. Give '--cert' too"):
            parse("--key", __file__)

    def test_none_is_the_default(self) -> None:
        assert parse()["cert"] is None

    def test_adhoc_needs_a_distribution(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "cryptography", None)
        with pytest.raises(click.BadParameter, match=r"pip install 'cruse-cli\[https\]'"):
            parse("--cert", "adhoc")

    def test_adhoc_brings_its_own_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "cryptography", ModuleType("cryptography"))
        assert parse("--cert", "adhoc")["cert"] == "adhoc"
        with pytest.raises(click.BadParameter, match=r"made on the spot brings.*Leave '--key' out"):
            parse("--cert", "adhoc", "--key", __file__)

    @pytest.mark.parametrize("path", ["tls_settings:context", "tls_settings.context"])
    def test_context_is_imported(self, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        module = ModuleType("tls_settings")
        vars(module)["context"] = context
        monkeypatch.setitem(sys.modules, "tls_settings", module)
        assert parse("--cert", path)["cert"] is context
        with pytest.raises(
            click.BadParameter, match=r"SSLContext brings its own.*Leave '--key' out"
        ):
            parse("--cert", path, "--key", __file__)

    def test_context_may_stand_beside_the_app(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # An installed script does not start in the current folder.
        monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
        project.joinpath("own_tls.py").write_text(
            "import ssl\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)"
        )
        assert isinstance(parse("--cert", "own_tls:context")["cert"], ssl.SSLContext)

    def test_module_may_be_the_context(self, monkeypatch: pytest.MonkeyPatch) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        monkeypatch.setitem(sys.modules, "ready_context", context)
        assert parse("--cert", "ready_context")["cert"] is context

    def test_context_may_be_a_default(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made = run_command.make_context("run", [], default_map={"cert": context})
        assert made.params["cert"] is context

    @pytest.mark.parametrize(
        "value", ["not_here", "not_here:x", "not.here", "click", "click.nothing"]
    )
    def test_anything_else_names_what_is_possible(self, value: str) -> None:
        with pytest.raises(click.BadParameter, match="nor the import path of an ssl.SSLContext"):
            parse("--cert", value)

    def test_python_without_ssl_is_explained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "ssl", None)
        with pytest.raises(click.BadParameter, match="built without the 'ssl' module. Leave"):
            parse("--cert", "adhoc")


class TestSeparatedPaths:
    def test_are_split(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.pathsep", ":")
        params = parse("--extra-files", "a.toml:b.toml", "--exclude-patterns", "*/x/*")
        assert params["extra_files"] == ["a.toml", "b.toml"]
        assert params["exclude_patterns"] == ["*/x/*"]

    def test_may_be_a_list_of_paths(self) -> None:
        made = run_command.make_context("run", [], default_map={"extra_files": [Path("a"), "b"]})
        assert made.params["extra_files"] == ["a", "b"]

    def test_may_have_to_exist(self, tmp_path: Path) -> None:
        existing = str(tmp_path)
        paths = SeparatedPathType(exists=True)
        assert paths.convert(existing, None, None) == [existing]
        with pytest.raises(click.BadParameter, match="missing' does not exist"):
            paths.convert(os.pathsep.join((existing, "missing")), None, None)
