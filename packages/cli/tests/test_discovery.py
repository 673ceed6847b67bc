from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cruse_cli import (
    CommandsApp,
    NoAppError,
    find_app_by_string,
    find_best_app,
    locate_app,
    prepare_import,
)
from cruse_cli.discovery import find_likely_modules
from cruse_core import App, current_app

Write = Callable[[str, str], Path]

APP = "from cruse_core import App\napp = App(__name__)\n"


def make_module(**names: Any) -> ModuleType:
    module = ModuleType("wiki")
    vars(module).update(names)
    return module


class TestFindBestApp:
    def test_app_comes_before_every_other_name(self) -> None:
        app = App("one")
        module = make_module(first=App("x"), application=App("y"), app=app)
        assert find_best_app(module) is app

    def test_application_comes_before_other_instances(self) -> None:
        application = App("one")
        assert find_best_app(make_module(a=App("x"), application=application)) is application

    def test_only_instance_needs_no_certain_name(self) -> None:
        site = App("one")
        assert find_best_app(make_module(site=site, other=3)) is site

    def test_one_instance_under_two_names_is_one(self) -> None:
        site = App("one")
        assert find_best_app(make_module(site=site, alias=site)) is site

    @pytest.mark.parametrize("name", ["create_app", "make_app"])
    def test_factory_is_called(self, name: str) -> None:
        made = App("made")
        assert find_best_app(make_module(**{name: lambda: made})) is made

    def test_factory_may_have_defaults(self) -> None:
        def create_app(name: str = "default") -> App:
            return App(name)

        assert find_best_app(make_module(create_app=create_app)).name == "default"

    def test_instance_comes_before_factory(self) -> None:
        site = App("one")
        assert find_best_app(make_module(create_app=lambda: App("made"), site=site)) is site

    def test_app_that_is_no_application_is_passed_over(self) -> None:
        site = App("one")
        assert find_best_app(make_module(app="text", site=site)) is site

    def test_proxy_of_an_app_is_no_candidate(self) -> None:
        site = App("one")
        module = make_module(current_app=current_app, site=site)
        with App("outer").app_context():
            assert find_best_app(module) is site

    def test_factory_of_something_else_is_passed_over(self) -> None:
        made = App("made")
        module = make_module(create_app=lambda: None, make_app=lambda: made)
        assert find_best_app(module) is made

    @pytest.mark.parametrize(("result", "shown"), [(None, "None"), ("text", "str 'text'")])
    def test_factory_that_returns_no_application_is_told_of(
        self, result: object, shown: str
    ) -> None:
        module = make_module(create_app=lambda: result)
        text = rf"create_app\(\) in the module 'wiki' returned {shown}.*End .* 'return app'"
        with pytest.raises(NoAppError, match=text):
            find_best_app(module)
        with pytest.raises(NoAppError, match=text):
            find_app_by_string(module, "create_app")

    def test_two_candidates_say_how_to_choose(self) -> None:
        module = make_module(shop=App("shop"), blog=App("blog"))
        with pytest.raises(
            NoAppError, match=r"several applications: 'blog', 'shop'.*--app wiki:blog"
        ):
            find_best_app(module)

    def test_no_candidate_says_how_to_name_one(self) -> None:
        with pytest.raises(NoAppError, match=r"'wiki': it has no 'app'.*--app wiki:NAME"):
            find_best_app(make_module(x=1))

    def test_factory_with_arguments_says_how_to_pass_them(self) -> None:
        def create_app(name: str, port: int = 1) -> App:
            raise AssertionError(name, port)

        with pytest.raises(
            NoAppError,
            match=r"without arguments: missing a required .*'name'.*--app \"wiki:create_app",
        ):
            find_best_app(make_module(create_app=create_app))

    def test_type_error_inside_a_factory_is_its_own(self) -> None:
        def create_app() -> App:
            raise TypeError("from inside")

        with pytest.raises(TypeError, match="from inside"):
            find_best_app(make_module(create_app=create_app))


class TestFindAppByString:
    def test_names_an_instance(self) -> None:
        site = App("one")
        assert find_app_by_string(make_module(site=site, app=App("x")), "site") is site

    def test_names_a_factory_without_calling_it(self) -> None:
        made = App("made")
        assert find_app_by_string(make_module(make_it=lambda: made), "make_it") is made

    @pytest.mark.parametrize(
        "text",
        [
            'make("blue", port=8000)',
            ' make ( "blue" , 8000 , ) ',
            'make(name="blue", port=8000)',
            "make('''blue''', 8_000)",
        ],
    )
    def test_factory_gets_literal_arguments(self, text: str) -> None:
        def make(name: str, port: int) -> App:
            return App(f"{name}_{port}")

        assert find_app_by_string(make_module(make=make), text).name == "blue_8000"

    def test_factory_may_be_any_callable_if_it_is_called(self) -> None:
        module = make_module(make=partial(App, "partial"), Site=App)
        assert find_app_by_string(module, "make()").name == "partial"
        assert find_app_by_string(module, 'Site("own")').name == "own"

    def test_callable_without_a_signature_is_called(self) -> None:
        with pytest.raises(NoAppError, match=r"make\(\) in the module 'wiki' returned int 0"):
            find_app_by_string(make_module(make=int), "make()")

    def test_brackets_after_an_instance_are_ignored_by_none(self) -> None:
        site = App("one")
        assert find_app_by_string(make_module(site=site), "site()") is site

    @pytest.mark.parametrize("text", ["make(", "a.b", "1", "", "a b", "x[0]"])
    def test_unreadable_text_says_what_stands_there(self, text: str) -> None:
        with pytest.raises(NoAppError, match="neither the name of an application nor the call"):
            find_app_by_string(make_module(), text)

    @pytest.mark.parametrize("text", ["make(name)", "make(1 + 1j * x)", "make(**{'a': 1})"])
    def test_arguments_that_would_have_to_be_run_are_refused(self, text: str) -> None:
        with pytest.raises(NoAppError, match=r"not literal values.*write strings in quotes"):
            find_app_by_string(make_module(make=App), text)

    def test_call_of_an_attribute_is_refused(self) -> None:
        with pytest.raises(NoAppError, match=r"not a simple name.*Write a function"):
            find_app_by_string(make_module(), "pkg.make()")

    def test_missing_attribute_suggests_the_nearest(self) -> None:
        with pytest.raises(NoAppError, match=r"no attribute 'sitte'.*Did you mean 'site'\?"):
            find_app_by_string(make_module(site=App("one")), "sitte")

    def test_missing_attribute_lists_what_there_is(self) -> None:
        module = make_module(site=App("one"), create_app=App)
        with pytest.raises(NoAppError, match=r"there is: 'site', 'create_app'\. Correct the part"):
            find_app_by_string(module, "zzz")

    def test_wrong_arguments_show_the_signature(self) -> None:
        def make(name: str) -> App:
            raise AssertionError(name)

        with pytest.raises(
            NoAppError, match=r"with the given arguments: too many.*It takes \(name: 'str'\)"
        ):
            find_app_by_string(make_module(make=make), "make(1, 2)")

    def test_value_of_another_type_is_described(self) -> None:
        with pytest.raises(NoAppError, match=r"'wiki:port' is no application but int 3.*needs an"):
            find_app_by_string(make_module(port=3), "port")

    def test_long_values_are_cut(self) -> None:
        with pytest.raises(NoAppError) as caught:
            find_app_by_string(make_module(text="x" * 500), "text")
        assert len(caught.value.message) < 300

    def test_value_that_cannot_be_called_is_described(self) -> None:
        with pytest.raises(NoAppError, match=r"'wiki:port' cannot be called: it is int 3\. Name a"):
            find_app_by_string(make_module(port=3), "port()")


class TestPrepareImport:
    @pytest.mark.parametrize(
        ("path", "folder", "name"),
        [
            ("wiki.py", "", "wiki"),
            ("wiki", "", "wiki"),
            ("pkg", "", "pkg"),
            ("pkg/__init__.py", "", "pkg"),
            ("pkg/inner/deep.py", "", "pkg.inner.deep"),
            ("pkg.inner", "", "pkg.inner"),
            ("src/wiki.py", "src", "wiki"),
            ("src/notes.txt", "src", "notes.txt"),
        ],
    )
    def test_name_counts_from_the_outermost_package(
        self, write: Write, project: Path, path: str, folder: str, name: str
    ) -> None:
        for file in ("pkg/__init__.py", "pkg/inner/__init__.py"):
            write(file, "")
        assert prepare_import(path) == name
        assert sys.path[0] == str(project / folder)

    def test_folder_is_put_on_the_path_once(self, project: Path) -> None:
        prepare_import("wiki.py")
        prepare_import("other.py")
        assert sys.path.count(str(project)) == 1


class TestLocateApp:
    def locate(self, path: str, name: str | None = None) -> App | None:
        return locate_app(prepare_import(path), name)

    def test_imports_a_module(self, write: Write) -> None:
        write("hello.py", APP)
        app = self.locate("hello")
        assert isinstance(app, App)
        assert app.name == "hello"

    def test_finds_a_name_in_a_package(self, write: Write) -> None:
        write("pkg/__init__.py", "")
        write("pkg/web.py", f"{APP}other = App('other')\n")
        app = self.locate("pkg/web.py", "other")
        assert app is not None
        assert app.name == "other"

    def test_component_counts_as_app(self, write: Write) -> None:
        write("hello.py", "from cruse_cli import CommandsApp\nsite = CommandsApp(__name__)\n")
        assert isinstance(self.locate("hello"), CommandsApp)

    def test_missing_module_suggests_the_nearest(self, write: Write, project: Path) -> None:
        write("field_notes/__init__.py", APP)
        write("readme.md", "")
        with pytest.raises(NoAppError) as caught:
            self.locate("feld_notes")
        message = caught.value.message
        assert f"there is no such module in {str(project)!r}" in message
        assert "Did you mean 'field_notes'?" in message
        assert "run the command in the project's folder" in message

    def test_missing_module_of_a_package_suggests_the_nearest(self, write: Write) -> None:
        write("pkg/__init__.py", "")
        write("pkg/server.py", APP)
        with pytest.raises(NoAppError, match=r"Did you mean 'server'\?"):
            self.locate("pkg.servr")

    def test_missing_module_of_a_missing_package(self, project: Path) -> None:
        with pytest.raises(NoAppError, match="there is no such module"):
            self.locate("nowhere.server")

    def test_missing_module_may_be_no_error(self, project: Path) -> None:
        assert locate_app(prepare_import("wsgi.py"), None, raise_if_not_found=False) is None

    @pytest.mark.parametrize("raises", [True, False])
    def test_import_error_inside_the_module_has_its_own_traceback(
        self, write: Write, raises: bool
    ) -> None:
        write("hello.py", "def load():\n    import not_installed_at_all\nload()\n")
        with pytest.raises(NoAppError) as caught:
            locate_app(prepare_import("hello"), None, raise_if_not_found=raises)
        message = caught.value.message
        assert "While importing 'hello', an ImportError was raised:" in message
        assert 'hello.py", line 3, in <module>' in message
        assert "No module named 'not_installed_at_all'" in message
        assert "importlib" not in message
        assert "install what it imports" in message

    @pytest.mark.parametrize("name", ["cruse", "app"])
    def test_file_with_the_name_of_the_framework_is_told_of(
        self, write: Write, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(sys.modules, "cruse", raising=False)
        file = write("cruse.py", "from cruse import Cruse\napp = Cruse(__name__)\n")
        write("app.py", "from cruse import Cruse\napp = Cruse(__name__)\n")
        with pytest.raises(NoAppError, match="has the name of the framework.*Rename it") as caught:
            locate_app(prepare_import(name), None)
        assert repr(str(file)) in caught.value.message

    def test_missing_name_inside_the_module_is_an_import_error_too(self, write: Write) -> None:
        write("hello.py", "from cruse_core import Ap\n")
        with pytest.raises(NoAppError, match="cannot import name 'Ap'"):
            self.locate("hello")

    def test_other_errors_inside_the_module_are_its_own(self, write: Write) -> None:
        write("hello.py", "1 / 0\n")
        with pytest.raises(ZeroDivisionError):
            self.locate("hello")


class TestFindLikelyModules:
    @pytest.mark.parametrize(
        "source",
        [
            "app = Cruse(__name__)",
            "import cruse\n\nsite = cruse.Cruse(__name__, static_folder=None)",
            "site: Cruse = Cruse(__name__)",
            "app = Flask(__name__)",
            "class Shop(Cruse): pass\n\napp = ShopApp('shop')",
            "def create_app():\n    return Cruse(__name__)",
            "def make_app(name):\n    ...",
        ],
    )
    def test_finds_what_makes_an_application(
        self, write: Callable[[str, str], Path], project: Path, source: str
    ) -> None:
        write("hello.py", source)
        assert find_likely_modules(str(project)) == ["hello"]

    def test_package_counts(self, write: Callable[[str, str], Path], project: Path) -> None:
        write("wiki/__init__.py", "def create_app(): ...")
        write("wiki/views.py", "app = Cruse(__name__)")
        assert find_likely_modules(str(project)) == ["wiki"]

    @pytest.mark.parametrize(
        "name",
        ["test_hello.py", "conftest.py", "setup.py", "no-module.py", "notes.txt", "a/hello.py"],
    )
    def test_other_files_do_not(
        self, write: Callable[[str, str], Path], project: Path, name: str
    ) -> None:
        write(name, "app = Cruse(__name__)")
        write("words.py", "# app = Cruse(__name__)\nmapping = Mapped()\n")
        assert find_likely_modules(str(project)) == []
