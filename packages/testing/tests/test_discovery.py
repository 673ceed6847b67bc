from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cruse_testing.discovery import (
    AppNotFoundError,
    AppReference,
    find_reference,
    load_app,
    parse_reference,
)


class TestParseReference:
    @pytest.mark.parametrize(
        ("text", "reference"),
        [
            ("shop", AppReference("shop")),
            (" shop.web ", AppReference("shop.web")),
            ("shop:app", AppReference("shop", "app")),
            ("shop.web:create_app", AppReference("shop.web", "create_app")),
            ("src/shop.py:app", AppReference("src/shop.py", "app")),
            ("shop:create_app()", AppReference("shop", "create_app")),
            ("shop:make('a', 1, x=[2])", AppReference("shop", "make", ("a", 1), {"x": [2]})),
        ],
    )
    def test_takes_what_the_command_takes(self, text: str, reference: AppReference) -> None:
        assert parse_reference(text) == reference

    @pytest.mark.parametrize("text", ["", "src/shop:app", "a..b", "1shop"])
    def test_says_what_is_no_module(self, text: str) -> None:
        with pytest.raises(AppNotFoundError, match="not the name of a module"):
            parse_reference(text)

    @pytest.mark.parametrize(
        "text",
        ["shop:", "shop:a.b", "shop:make(x)", "shop:make(**{})", "shop:a b", "shop:f()()"],
    )
    def test_says_what_is_neither_name_nor_call(self, text: str) -> None:
        with pytest.raises(AppNotFoundError, match="neither a name nor a call"):
            parse_reference(text)


class TestFindReference:
    def test_finds_the_only_app_without_running_anything(self, tmp_path: Path) -> None:
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop" / "__init__.py").write_text("def create_app(): ...\nraise SystemExit")
        for name in ("setup", "conftest", "test_shop"):
            (tmp_path / f"{name}.py").write_text("app = 1")
        (tmp_path / "not-a-name.py").write_text("app = 1")
        (tmp_path / "broken.py").write_text("app = (")
        (tmp_path / "other.py").write_text("x.app = 1\nfor app in []: ...")
        assert find_reference(tmp_path) == AppReference("shop", "create_app")

    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("app = 1\ncreate_app = 2", "app"),
            ("a = application = 1", "application"),
            ("app: object = 1", "app"),
            ("def make_app(): ...", "make_app"),
            ("from web import app", "app"),
            ("from web import a as app", "app"),
        ],
    )
    def test_sees_every_kind_of_definition(self, tmp_path: Path, source: str, name: str) -> None:
        (tmp_path / "shop.py").write_text(source)
        assert find_reference(tmp_path) == AppReference("shop", name)

    def test_says_what_to_do_when_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(AppNotFoundError, match=r"No module or package in .*Pass --app"):
            find_reference(tmp_path)

    def test_names_all_when_there_are_several(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").write_text("app = 1")
        (tmp_path / "b.py").write_text("def create_app(): ...")
        with pytest.raises(AppNotFoundError, match=r"several apps in .*: 'a:app', 'b:create_app'"):
            find_reference(tmp_path)


class TestLoadApp:
    @pytest.fixture(autouse=True)
    def restored_imports(self) -> Iterator[None]:
        path, modules = sys.path[:], set(sys.modules)
        yield
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            del sys.modules[name]

    def load(self, folder: Path, text: str, *args: object, **kwargs: object) -> object:
        return load_app(parse_reference(text), args, kwargs, folder)

    def test_imports_from_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "shop_a.py").write_text("app = 'an app'")
        assert self.load(tmp_path, "shop_a:app") == "an app"
        assert self.load(tmp_path, "shop_a") == "an app"

    @pytest.mark.parametrize(
        "text", ["src/shop_p/web.py:app", "src/shop_p/__init__.py", "src/shop_q.py"]
    )
    def test_takes_a_file_in_place_of_its_module(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "src" / "shop_p").mkdir(parents=True)
        (tmp_path / "src" / "shop_p" / "__init__.py").write_text("app = __name__")
        (tmp_path / "src" / "shop_p" / "web.py").write_text("app = __name__")
        (tmp_path / "src" / "shop_q.py").write_text("app = __name__")
        assert self.load(tmp_path, text) in {"shop_p.web", "shop_p", "shop_q"}

    def test_calls_a_factory_with_the_given_arguments(self, tmp_path: Path) -> None:
        (tmp_path / "shop_b.py").write_text("def create_app(*args, **kwargs): return args, kwargs")
        assert self.load(tmp_path, "shop_b") == ((), {})
        assert self.load(tmp_path, "shop_b:create_app(1, x=2)") == ((1,), {"x": 2})
        assert self.load(tmp_path, "shop_b:create_app(1, x=2)", 3, y=4) == ((3,), {"x": 2, "y": 4})

    def test_names_the_signature_that_the_arguments_do_not_fit(self, tmp_path: Path) -> None:
        (tmp_path / "shop_c.py").write_text("def create_app(settings): ...")
        with pytest.raises(AppNotFoundError) as caught:
            self.load(tmp_path, "shop_c", debug=True)
        assert "shop_c(settings) cannot be called with (debug=True)" in str(caught.value)

    def test_lets_an_error_inside_the_factory_through(self, tmp_path: Path) -> None:
        (tmp_path / "shop_d.py").write_text("def create_app(): raise TypeError('own')")
        with pytest.raises(TypeError, match="own"):
            self.load(tmp_path, "shop_d")

    def test_refuses_arguments_for_an_app(self, tmp_path: Path) -> None:
        source = "class A:\n wsgi_app = None\n def __call__(self): ...\napp = A()"
        (tmp_path / "shop_e.py").write_text(source)
        with pytest.raises(AppNotFoundError, match="it is an app already"):
            self.load(tmp_path, "shop_e:app", x=1)

    def test_names_the_module_that_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(AppNotFoundError, match=r"'nope_x' of 'nope_x\.web:app'"):
            self.load(tmp_path, "nope_x.web:app")

    def test_lets_an_error_inside_the_module_through(self, tmp_path: Path) -> None:
        (tmp_path / "shop_f.py").write_text("import nope_y")
        with pytest.raises(ModuleNotFoundError, match="nope_y"):
            self.load(tmp_path, "shop_f")

    def test_names_what_the_module_lacks(self, tmp_path: Path) -> None:
        (tmp_path / "shop_g.py").write_text("")
        with pytest.raises(AppNotFoundError, match="defines no 'web'"):
            self.load(tmp_path, "shop_g:web")
        with pytest.raises(AppNotFoundError, match=r"defines no 'app' or .* or 'make_app'"):
            self.load(tmp_path, "shop_g")
