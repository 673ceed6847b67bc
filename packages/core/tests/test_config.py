"""Settings from every kind of source."""

from __future__ import annotations

import copy
import json
import operator
import pickle
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cruse_core import App
from cruse_core.config import Config, ConfigAttribute
from cruse_core.errors import ConfigError, ConfigKeyWarning
from cruse_core.notices import be_lenient


class Settings:
    """Settings as a class."""

    DEBUG = True
    Mixed = 1
    lower = 2

    @property
    def COMPUTED(self) -> int:
        return 7


class Owner:
    """Has attributes that are settings."""

    debug = ConfigAttribute[bool]("DEBUG")
    lifetime = ConfigAttribute[timedelta](
        "LIFETIME", get_converter=lambda value: timedelta(seconds=value)
    )

    def __init__(self) -> None:
        self.config = Config("/", {"DEBUG": False, "LIFETIME": 60})


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tmp_path)


class TestConfigAttribute:
    def test_reads_and_writes_the_setting(self) -> None:
        owner = Owner()
        owner.debug = True
        assert owner.debug is True
        assert owner.config["DEBUG"] is True

    def test_converts_when_read(self) -> None:
        assert Owner().lifetime == timedelta(minutes=1)

    def test_on_the_class_is_the_descriptor(self) -> None:
        assert isinstance(Owner.debug, ConfigAttribute)


class TestConfig:
    def test_starts_with_the_defaults(self) -> None:
        defaults = {"A": 1}
        config = Config("/", defaults)
        config["A"] = 2
        assert defaults == {"A": 1}

    def test_repr_shows_class_and_settings(self) -> None:
        assert repr(Config("/", {"A": 1})) == "<Config {'A': 1}>"


class TestFromObject:
    def test_takes_upper_case_attributes_only(self, config: Config) -> None:
        config.from_object(Settings())
        assert config == {"DEBUG": True, "COMPUTED": 7}

    def test_does_not_instantiate_a_class(self, config: Config) -> None:
        config.from_object(Settings)
        assert isinstance(config["COMPUTED"], property)

    def test_imports_a_name(self, config: Config) -> None:
        config.from_object("errno")
        assert config["ENOENT"] == 2

    def test_unknown_name_is_an_import_error(self, config: Config) -> None:
        with pytest.raises(ImportError, match=r"no\.such\.thing"):
            config.from_object("no.such.thing")


class TestFromPyfile:
    def test_runs_the_file(self, config: Config, tmp_path: Path) -> None:
        (tmp_path / "a.cfg").write_text("A = 1 + 1\nHERE = __file__\nb = 3\n")
        assert config.from_pyfile("a.cfg") is True
        assert config == {"A": 2, "HERE": str(tmp_path / "a.cfg")}

    def test_honours_the_encoding_of_the_file(self, config: Config, tmp_path: Path) -> None:
        source = "# -*- coding: latin-1 -*-\nNAME = 'ä'\n"
        (tmp_path / "a.cfg").write_bytes(source.encode("latin-1"))
        config.from_pyfile(tmp_path / "a.cfg")
        assert config["NAME"] == "ä"

    def test_missing_file_is_explained(self, config: Config, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError) as caught:
            config.from_pyfile("a.cfg")
        message = str(caught.value)
        assert message.startswith("[Errno 2] Unable to load configuration file (No such file")
        assert message.endswith(f"{str(tmp_path / 'a.cfg')!r}")

    def test_silent_forgives_a_missing_file(self, config: Config, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert config.from_pyfile("a.cfg", silent=True) is False
        assert config.from_pyfile(tmp_path, silent=True) is False
        assert config.from_pyfile("file/a.cfg", silent=True) is False

    def test_error_in_the_file_is_raised(self, config: Config, tmp_path: Path) -> None:
        (tmp_path / "a.cfg").write_text("A = 1 / 0\n")
        with pytest.raises(ZeroDivisionError):
            config.from_pyfile("a.cfg", silent=True)


class TestFromEnvvar:
    def test_reads_the_file_that_it_names(
        self, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a.cfg").write_text("A = 1\n")
        monkeypatch.setenv("SETTINGS", "a.cfg")
        assert config.from_envvar("SETTINGS") is True
        assert config["A"] == 1

    def test_unset_variable_says_what_to_set(
        self, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SETTINGS", raising=False)
        assert config.from_envvar("SETTINGS", silent=True) is False
        with pytest.raises(ConfigError, match=r"'SETTINGS' is not set.*export SETTINGS="):
            config.from_envvar("SETTINGS")
        with pytest.raises(RuntimeError):
            config.from_envvar("SETTINGS")

    def test_silent_forgives_a_missing_file(
        self, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SETTINGS", "a.cfg")
        assert config.from_envvar("SETTINGS", silent=True) is False
        with pytest.raises(FileNotFoundError):
            config.from_envvar("SETTINGS")


class TestFromFile:
    def test_reads_text(self, config: Config, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text('{"A": 1, "b": 2}')
        assert config.from_file("a.json", load=json.load) is True
        assert config == {"A": 1}

    def test_reads_bytes(self, config: Config, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text("A = 1\n")
        assert config.from_file("a.toml", load=tomllib.load, text=False) is True
        assert config == {"A": 1}

    def test_missing_file(self, config: Config, tmp_path: Path) -> None:
        assert config.from_file("a.json", load=json.load, silent=True) is False
        assert config.from_file(tmp_path, load=json.load, silent=True) is False
        with pytest.raises(FileNotFoundError, match="Unable to load configuration file"):
            config.from_file("a.json", load=json.load)


class TestFromMapping:
    def test_takes_upper_case_keys(self, config: Config) -> None:
        assert config.from_mapping({"A": 1, "b": 2}, C=3, d=4) is True
        assert config == {"A": 1, "C": 3}

    def test_takes_pairs_and_nothing(self, config: Config) -> None:
        config.from_mapping([("A", 1)])
        config.from_mapping()
        assert config == {"A": 1}

    def test_refuses_a_second_mapping(self, config: Config) -> None:
        mappings: Any = ({"A": 1}, {"B": 2})
        with pytest.raises(TypeError):
            config.from_mapping(*mappings)


class TestFromPrefixedEnv:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("true", True),
            ("True", "True"),
            ("1e5", 100000.0),
            ("null", None),
            ("12", 12),
            ("plain text", "plain text"),
            ('{"a": [1]}', {"a": [1]}),
        ],
    )
    def test_value_is_json_or_text(
        self, config: Config, monkeypatch: pytest.MonkeyPatch, text: str, value: object
    ) -> None:
        monkeypatch.setenv("CRUSE_X", text)
        assert config.from_prefixed_env() is True
        assert config["X"] == value

    def test_prefix_and_loads_can_be_chosen(
        self, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OTHER_X", "12")
        monkeypatch.setenv("OTHERX_Y", "12")
        config.from_prefixed_env("OTHER", loads=str.title)
        assert config == {"X": "12"}

    def test_two_underscores_lead_into_dicts(
        self, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config["MAIL"] = {"HOST": "a"}
        monkeypatch.setenv("CRUSE_MAIL__PORT", "25")
        monkeypatch.setenv("CRUSE_NEW__deep__Key", "1")
        config.from_prefixed_env()
        assert config == {"MAIL": {"HOST": "a", "PORT": 25}, "NEW": {"deep": {"Key": 1}}}

    @pytest.mark.parametrize("text", ["12345678901234567890", "1e5", "-0", "NaN"])
    def test_secret_key_of_digits_stays_the_text_that_it_is(
        self, config: Config, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        monkeypatch.setenv("CRUSE_SECRET_KEY", text)
        config.from_prefixed_env()
        assert config["SECRET_KEY"] == text

    def test_secret_key_may_be_unset(self, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CRUSE_SECRET_KEY", "null")
        monkeypatch.setenv("CRUSE_SHOP__SECRET_KEY", "12")
        config.from_prefixed_env()
        assert config == {"SECRET_KEY": None, "SHOP": {"SECRET_KEY": 12}}

    def test_key_inside_another_setting_says_so(
        self, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config["MAIL"] = None
        monkeypatch.setenv("CRUSE_MAIL__PORT", "25")
        with pytest.raises(TypeError, match=r"CRUSE_MAIL__PORT.*'MAIL'.*Rename the variable"):
            config.from_prefixed_env()


WAYS_TO_SET: list[Callable[[Config, str, Any], object]] = [
    lambda config, name, value: config.__setitem__(name, value),
    lambda config, name, value: config.update({name: value}),
    lambda config, name, value: config.from_mapping({name: value}),
    lambda config, name, value: config.from_object(SimpleNamespace(**{name: value})),
    lambda config, name, value: operator.ior(config, {name: value}),
    lambda config, name, value: Config(".", {name: value}),
]


class TestSecretKeys:
    @pytest.mark.parametrize("set_to", WAYS_TO_SET)
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SECRET_KEY", 12345),
            ("SECRET_KEY", True),
            ("SECRET_KEY_FALLBACKS", "old"),
            ("SECRET_KEY_FALLBACKS", ["old", 12345]),
        ],
    )
    def test_wrong_type_is_refused_where_it_is_set(
        self, config: Config, set_to: Callable[[Config, str, Any], object], name: str, value: Any
    ) -> None:
        with pytest.raises(ConfigError, match=name):
            set_to(config, name, value)
        assert name not in config

    @pytest.mark.usefixtures("lenient")
    def test_wrong_type_is_kept_where_flask_counts(self, config: Config) -> None:
        config["SECRET_KEY"] = 12345
        assert config["SECRET_KEY"] == 12345


class TestGetNamespace:
    def test_trims_and_lowers_the_keys(self, config: Config) -> None:
        config.update(MAIL_HOST="a", MAIL_Port=25, OTHER=1)
        assert config.get_namespace("MAIL_") == {"host": "a", "port": 25}
        assert config.get_namespace("MAIL_", lowercase=False) == {"HOST": "a", "Port": 25}
        assert config.get_namespace("MAIL_", trim_namespace=False) == {
            "mail_host": "a",
            "mail_port": 25,
        }


class TestMisspeltKeys:
    @pytest.fixture
    def config(self, tmp_path: Path) -> Config:
        known = {"SESSION_COOKIE_SECURE": False, "SECRET_KEY": None, "TESTING": False}
        return Config(tmp_path, known)

    @pytest.mark.parametrize(
        "fill",
        [
            lambda config: config.__setitem__("SESSION_COOKIE_SECUR", True),
            lambda config: config.update(SESSION_COOKIE_SECUR=True),
            lambda config: config.update([("SESSION_COOKIE_SECUR", True)]),
            lambda config: config.__ior__({"SESSION_COOKIE_SECUR": True}),
            lambda config: config.from_mapping(SESSION_COOKIE_SECUR=True),
            lambda config: config.from_object(type("Obj", (), {"SESSION_COOKIE_SECUR": True})),
        ],
    )
    def test_warns_with_the_known_key_and_the_line(
        self, config: Config, fill: Callable[[Config], object]
    ) -> None:
        with pytest.warns(ConfigKeyWarning) as caught:
            fill(config)
        message = str(caught[0].message)
        assert f"The setting 'SESSION_COOKIE_SECUR' ({__file__}:" in message
        assert "nearly the name of 'SESSION_COOKIE_SECURE', which it does not change" in message
        assert "Correct the name; or, if the setting is your own, give it one that" in message
        assert caught[0].filename == __file__
        assert config["SESSION_COOKIE_SECUR"] is True
        assert config["SESSION_COOKIE_SECURE"] is False

    def test_warns_of_a_variable_of_the_environment(
        self, config: Config, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SHOP_SECRET_KYE", "text")
        with pytest.warns(ConfigKeyWarning, match="nearly the name of 'SECRET_KEY'"):
            config.from_prefixed_env("SHOP")

    def test_warns_once(self, config: Config) -> None:
        with pytest.warns(ConfigKeyWarning):
            config["TESTIN"] = True
        config["TESTIN"] = False
        config.update(TESTIN=True)
        assert config["TESTIN"] is True

    @pytest.mark.parametrize(
        "key",
        [
            "SESSION_TYPE",
            "SESSION_PERMANENT",
            "REMEMBER_COOKIE_SECURE",
            "WTF_CSRF_SECRET_KEY",
            "MAIL_DEBUG",
            "SQLALCHEMY_DATABASE_URI",
            "secret_kye",
        ],
    )
    def test_accepts_settings_of_others(self, config: Config, key: str) -> None:
        config[key] = 1
        config.update({key: 2})
        assert config[key] == 2

    def test_accepts_keys_that_are_no_text(self, config: Config) -> None:
        config[7] = 1  # type: ignore[index]  # nothing forbids it
        assert config[7] == 1  # type: ignore[index]  # likewise

    def test_default_of_an_extension_is_not_judged(self, config: Config) -> None:
        config.setdefault("SECRET_KEYS", ())
        assert config["SECRET_KEYS"] == ()

    def test_copy_knows_the_same_keys(self, config: Config) -> None:
        for twin in (copy.copy(config), pickle.loads(pickle.dumps(config))):
            assert twin == config
            with pytest.warns(ConfigKeyWarning):
                twin["SECRET_KYE"] = "text"

    def test_app_knows_all_its_settings(self, app: App) -> None:
        with pytest.warns(ConfigKeyWarning, match="'PERMANENT_SESSION_LIFETIME'"):
            app.config["PERMANENT_SESSION_LIFTIME"] = 60


class TestRemovedKeys:
    @pytest.mark.parametrize(
        "fill",
        [
            lambda config: config.__setitem__("JSON_SORT_KEYS", False),
            lambda config: config.update(JSON_SORT_KEYS=False),
            lambda config: config.from_object(type("Obj", (), {"JSON_SORT_KEYS": False})),
        ],
    )
    def test_warns_with_the_line_and_the_remedy(
        self, app: App, fill: Callable[[Config], object]
    ) -> None:
        with pytest.warns(ConfigKeyWarning) as caught:
            fill(app.config)
        message = str(caught[0].message)
        assert f"The setting 'JSON_SORT_KEYS' ({__file__}:" in message
        assert "Flask 2.3 removed it. Set app.json.sort_keys." in message
        assert caught[0].filename == __file__
        assert app.config["JSON_SORT_KEYS"] is False

    def test_program_written_for_flask_keeps_them_in_silence(
        self, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        be_lenient()
        try:
            app.config["JSON_SORT_KEYS"] = False
        finally:
            be_lenient(False)
        assert caplog.records == []
        assert [finding.id for finding in app.run_checks()] == ["settings.removed"]
