import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

import field_notes
from field_notes import create_app
from field_notes.config import get_kept_secret
from field_notes.db import EXTENSION_KEY


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIELD_NOTES_INSTANCE_PATH", str(tmp_path / "elsewhere"))
    return tmp_path / "elsewhere"


class TestSettings:
    def test_nothing_needs_to_be_set(self, instance: Path) -> None:
        app = create_app()
        assert app.config["DATABASE_URL"] == f"sqlite:///{instance / 'field_notes.sqlite3'}"
        assert app.config["SECRET_KEY"] == (instance / "secret_key").read_text()

    def test_file_in_the_instance_folder_wins_over_defaults(self, instance: Path) -> None:
        instance.mkdir()
        (instance / "config.toml").write_text("NOTES_PER_PAGE = 20\n")
        assert create_app().config["NOTES_PER_PAGE"] == 20

    def test_environment_wins_over_the_file(
        self, instance: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        instance.mkdir()
        (instance / "config.toml").write_text("NOTES_PER_PAGE = 20\n")
        monkeypatch.setenv("FIELD_NOTES_NOTES_PER_PAGE", "30")
        monkeypatch.setenv("FIELD_NOTES_DATABASE_URL", "sqlite://")
        app = create_app()
        assert app.config["NOTES_PER_PAGE"] == 30
        assert app.config["DATABASE_URL"] == "sqlite://"

    def test_caller_wins_over_all(self, instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FIELD_NOTES_NOTES_PER_PAGE", "30")
        assert create_app({"NOTES_PER_PAGE": 40}).config["NOTES_PER_PAGE"] == 40

    def test_secret_of_digits_stays_text(
        self, instance: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FIELD_NOTES_SECRET_KEY", "1234567890")
        assert create_app().config["SECRET_KEY"] == "1234567890"


class TestKeptSecret:
    def test_is_made_once_and_for_the_owner_only(self, tmp_path: Path) -> None:
        path = tmp_path / "secret_key"
        secret = get_kept_secret(path)
        assert len(secret) >= 64
        assert get_kept_secret(path) == secret
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_empty_file_is_refused_with_a_remedy(self, tmp_path: Path) -> None:
        path = tmp_path / "secret_key"
        path.touch()
        with pytest.raises(RuntimeError, match="Delete the file"):
            get_kept_secret(path)


class TestDatabaseUrl:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_plain_postgresql_address_gets_our_driver(self, instance: Path, scheme: str) -> None:
        app = create_app({"DATABASE_URL": f"{scheme}://wren:secret@db.example/notes"})
        database = app.extensions[EXTENSION_KEY]
        assert database.label == "postgresql+psycopg://wren:***@db.example/notes"

    @pytest.mark.parametrize("url", ["no address", "://", "postgresql://wren:secret@host:port/x"])
    def test_unreadable_address_is_explained_without_its_password(
        self, instance: Path, url: str
    ) -> None:
        with pytest.raises(RuntimeError, match="Write it like postgresql://") as caught:
            create_app({"DATABASE_URL": url})
        assert "secret" not in str(caught.value)

    def test_missing_driver_says_what_to_install(self, instance: Path) -> None:
        app = create_app({"DATABASE_URL": "postgresql+pg8000://wren:secret@host/notes"})
        with pytest.raises(RuntimeError, match="pip install") as caught:
            app.extensions[EXTENSION_KEY].open_session()
        assert "secret" not in str(caught.value)


class TestTables:
    def test_are_made_at_need(self, settings: dict[str, Any], tmp_path: Path) -> None:
        settings["DATABASE_URL"] = f"sqlite:///{tmp_path / 'new.sqlite3'}"
        app = create_app(settings)
        assert not (tmp_path / "new.sqlite3").exists()
        assert app.test_client().get("/notes/").status_code == 303
        assert app.test_client().get("/api/notes", headers={"Authorization": "Bearer x"}).json
        assert app.extensions[EXTENSION_KEY].is_complete()
        app.extensions[EXTENSION_KEY].close()


class TestForThePublic:
    @pytest.fixture
    def production(self, instance: Path) -> Path:
        """An instance folder with the settings that the README recommends."""
        instance.mkdir()
        source = Path(field_notes.__file__).parents[1] / "production.toml"
        shutil.copy(source, instance / "config.toml")
        return instance

    def test_recommended_settings_leave_nothing_to_find(self, production: Path) -> None:
        assert create_app().run_checks(deploy=True) == []

    def test_defaults_are_for_one_machine_and_say_so(self, instance: Path) -> None:
        app = create_app()
        assert app.run_checks() == []
        assert {finding.id for finding in app.run_checks(deploy=True)} == {
            "security.proxy_fix",
            "security.session_cookie_secure",
            "security.trusted_hosts",
        }
