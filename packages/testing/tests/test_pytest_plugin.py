from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "cruse_testing.pytest_plugin", "-p", "no:randomly")

APP = """
from cruse_testing import TestingApp

def create_app(name="shop", **config):
    app = TestingApp(name, root_path=".")
    app.config.update(config)
    app.add_url_rule("/", "index", lambda: app.name)
    return app
"""


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRUSE_APP", raising=False)


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess(*PLUGIN, *args)


class TestApp:
    def test_is_the_only_one_in_the_folder(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            shop=APP,
            test_it="def test_it(app, client):\n"
            "    assert app.testing\n"
            "    assert client.get('/').text == 'shop'\n",
        )
        run(pytester).assert_outcomes(passed=1)

    @pytest.mark.parametrize("option", ["--app", "--cruse-app"])
    def test_is_the_one_of_the_option(self, pytester: pytest.Pytester, option: str) -> None:
        pytester.makepyfile(
            shop=APP,
            other=APP,
            test_it="def test_it(client): assert client.get('/').text == 'mine'",
        )
        pytester.makeini("[pytest]\ncruse_app = nonsense")
        run(pytester, option, "other:create_app('mine')").assert_outcomes(passed=1)

    def test_is_the_one_of_the_settings(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_APP", "nonsense")
        pytester.makepyfile(
            shop=APP, other=APP, test_it="def test_it(app): assert app.name == 'shop'"
        )
        pytester.makeini("[pytest]\ncruse_app = other:create_app")
        run(pytester).assert_outcomes(passed=1)

    def test_is_the_one_of_the_environment(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CRUSE_APP", "other:create_app('mine')")
        pytester.makepyfile(
            shop=APP, other=APP, test_it="def test_it(app): assert app.name == 'mine'"
        )
        run(pytester).assert_outcomes(passed=1)

    def test_is_made_anew_for_each_test(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            shop=APP,
            test_it="seen = []\n"
            "def test_one(app): seen.append(app)\n"
            "def test_two(app): assert app not in seen\n",
        )
        run(pytester).assert_outcomes(passed=2)

    def test_of_a_module_gets_its_configuration_back(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            shop=APP + "\napp = create_app()",
            test_it="import pytest, shop\n"
            "@pytest.mark.cruse_config(COLOUR='red')\n"
            "def test_one(app):\n"
            "    assert app.config['COLOUR'] == 'red'\n"
            "    app.config['SIZE'] = 1\n"
            "def test_two():\n"
            "    assert not shop.app.testing\n"
            "    assert not {'COLOUR', 'SIZE'} & set(shop.app.config)\n",
        )
        run(pytester).assert_outcomes(passed=2)

    def test_of_the_user_comes_first(self, pytester: pytest.Pytester) -> None:
        pytester.makeconftest(
            "import pytest\nfrom shop import create_app\n"
            "@pytest.fixture\ndef app(): return create_app('own')"
        )
        pytester.makepyfile(
            shop=APP, test_it="def test_it(client): assert client.get('/').text == 'own'"
        )
        run(pytester).assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        ("reference", "message"),
        [
            ("nope:app", "*The module 'nope' of 'nope:app' cannot be imported*"),
            ("shop:nope", "*The module 'shop' (*) defines no 'nope'*"),
            ("shop:NUMBER", "*'shop:NUMBER' is not a Cruse app*it gave 3*"),
            ("shop:bare", "*has no test client*'App' is not derived from*TestingApp*"),
        ],
    )
    def test_that_cannot_be_used_says_why(
        self, pytester: pytest.Pytester, reference: str, message: str
    ) -> None:
        bare = "\nNUMBER = 3\nimport cruse_core\nbare = cruse_core.App('bare', root_path='.')"
        pytester.makepyfile(shop=APP + bare, test_it="def test_it(app): ...")
        result = run(pytester, "--app", reference)
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([message])
        result.stdout.no_fnmatch_line("*During handling*")


class TestMarkers:
    def test_choose_the_app_and_the_arguments_of_its_factory(
        self, pytester: pytest.Pytester
    ) -> None:
        pytester.makepyfile(
            shop=APP,
            test_it="import pytest\n"
            "@pytest.mark.cruse_app('shop:create_app', 'first', COLOUR='red')\n"
            "def test_one(app): assert (app.name, app.config['COLOUR']) == ('first', 'red')\n"
            "@pytest.mark.cruse_app(reference='shop', name='second')\n"
            "def test_two(app): assert app.name == 'second'\n"
            "@pytest.mark.cruse_app(COLOUR='blue')\n"
            "def test_three(app): assert app.config['COLOUR'] == 'blue'\n",
        )
        run(pytester, "--strict-markers").assert_outcomes(passed=3)

    def test_change_the_configuration_from_the_module_inwards(
        self, pytester: pytest.Pytester
    ) -> None:
        pytester.makepyfile(
            shop=APP,
            test_it="import pytest\n"
            "pytestmark = pytest.mark.cruse_config(A=1, B=1)\n"
            "@pytest.mark.cruse_config(B=2, TESTING=False)\n"
            "def test_it(app): assert (app.config['A'], app.config['B'], app.testing) == "
            "(1, 2, False)\n",
        )
        run(pytester, "--strict-markers").assert_outcomes(passed=1)

    def test_are_documented(self, pytester: pytest.Pytester) -> None:
        result = run(pytester, "--markers")
        result.stdout.fnmatch_lines(["@pytest.mark.cruse_app(*", "@pytest.mark.cruse_config(*"])


class TestRunner:
    def test_runs_commands_of_the_app(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            shop=APP + "\nclass WithCommands(TestingApp):\n"
            "    def test_cli_runner(self): return 'a runner'\n"
            "def make(): return WithCommands('x', root_path='.')",
            test_it="def test_it(runner): assert runner == 'a runner'",
        )
        run(pytester, "--app", "shop:make").assert_outcomes(passed=1)

    def test_says_which_distribution_is_missing(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(shop=APP, test_it="def test_it(runner): ...")
        result = run(pytester)
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["*pip install cruse-cli*"])


class TestAsking:
    def test_may_be_a_line_of_the_conftest(self, pytester: pytest.Pytester) -> None:
        pytester.makeconftest('pytest_plugins = ["cruse_testing.pytest_plugin"]')
        pytester.makepyfile(shop=APP, test_it="def test_it(client): assert client.get('/').text")
        pytester.runpytest_subprocess("--app", "shop:create_app").assert_outcomes(passed=1)

    def test_may_be_a_line_of_the_settings(self, pytester: pytest.Pytester) -> None:
        pytester.makepyprojecttoml(
            "[tool.pytest.ini_options]\n"
            'addopts = ["-p", "cruse_testing.pytest_plugin", "--strict-config"]\n'
            'cruse_app = "shop:create_app"\n'
            'filterwarnings = ["error"]\n'
        )
        pytester.makepyfile(
            shop=APP,
            test_it="import pytest\n"
            "@pytest.mark.cruse_config(COLOUR='red')\n"
            "def test_it(app): assert app.config['COLOUR'] == 'red'\n",
        )
        pytester.runpytest_subprocess().assert_outcomes(passed=1)


class TestUnrelatedRuns:
    @pytest.mark.parametrize("name", ["app", "client", "runner"])
    def test_have_no_fixture_of_ours(self, pytester: pytest.Pytester, name: str) -> None:
        pytester.makepyfile(shop=APP, test_it=f"def test_it({name}): ...")
        result = pytester.runpytest_subprocess()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"*fixture '{name}' not found"])

    def test_have_no_option_and_no_marker_of_ours(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile("def test_it(): ...")
        for option in ("--help", "--markers", "--fixtures"):
            result = pytester.runpytest_subprocess(option)
            result.stdout.no_fnmatch_line("*cruse*")

    def test_import_nothing_of_cruse(self, pytester: pytest.Pytester) -> None:
        pytester.makepyfile(
            "import sys\ndef test_it(): assert 'cruse_core' not in sys.modules",
        )
        pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)

    def test_may_have_another_plugin_with_an_option_of_that_name(
        self, pytester: pytest.Pytester
    ) -> None:
        pytester.makepyfile(
            other_plugin="def pytest_addoption(parser): parser.addoption('--app', dest='theirs')",
            shop=APP,
            test_it="def test_it(app, request):\n"
            "    assert request.config.getoption('theirs') == 'x'\n"
            "    assert app.name == 'mine'\n",
        )
        pytester.syspathinsert()
        result = pytester.runpytest_inprocess(
            "-p", "other_plugin", *PLUGIN, "--app", "x", "--cruse-app", "shop:create_app('mine')"
        )
        result.assert_outcomes(passed=1)
