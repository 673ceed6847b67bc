from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from werkzeug import _reloader

from cruse_cli import reloader
from cruse_cli.reloader import (
    Patience,
    PatientReloader,
    WatchedCode,
    WatchfilesReloader,
    choose_reloader,
)

Write = Callable[[str, str], Path]
Change = tuple[int, str]


@pytest.fixture
def code(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., WatchedCode]:
    """What is watched if the project is all there is."""
    monkeypatch.setattr(sys, "path", [str(project)])
    # The temporary folder of the tests may lie below the interpreter's.
    monkeypatch.setattr(reloader, "_INSTALLED", {str(project / "venv")})
    # Somebody may be editing the modules that are imported here.
    monkeypatch.setattr(Patience, "started", time.time())
    return lambda *extra: WatchedCode.find(extra)


class TestChooseReloader:
    def test_watchfiles_is_preferred(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
        assert choose_reloader() == "watchfiles"
        assert _reloader.reloader_loops["watchfiles"] is WatchfilesReloader

    def test_werkzeug_chooses_without_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        assert _reloader.reloader_loops[choose_reloader()] is PatientReloader
        assert PatientReloader().name == _reloader.reloader_loops["auto"].name


class TestPatience:
    @pytest.fixture
    def run(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
        """Let the serving process end with each status in turn; return what was done."""

        def run(*statuses: int) -> list[str]:
            done: list[str] = []
            ends = iter(statuses)

            class Noting(PatientReloader):
                def run(self) -> None:
                    done.append("waited")
                    raise SystemExit(3)

            def serve(command: list[str], env: dict[str, str]) -> int:
                assert env["WERKZEUG_RUN_MAIN"] == "true"
                done.append("served")
                return next(ends)

            monkeypatch.setattr(reloader, "_run_until_end", serve)
            done.append(str(Noting().restart_with_reloader()))
            return done

        return run

    def test_starts_again_when_asked_to(self, run: Callable[..., list[str]]) -> None:
        assert run(3, 3, 0) == ["served", "served", "served", "0"]

    def test_crash_after_an_edit_waits_for_the_repair(
        self, run: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(3, 1, 1, 0) == ["served", "served", "waited", "served", "waited", "served", "0"]
        assert "waits for the code to be corrected" in capsys.readouterr().err

    @pytest.mark.parametrize("statuses", [[1], [3, 2], [3, -9]])
    def test_any_other_end_is_one(self, run: Callable[..., list[str]], statuses: list[int]) -> None:
        assert run(*statuses) == ["served"] * len(statuses) + [str(statuses[-1])]

    def test_repair_saved_while_the_process_crashed_is_enough(
        self, write: Write, code: Callable[..., WatchedCode]
    ) -> None:
        file = write("app.py", "")
        saved = file.stat().st_mtime
        watcher = PatientReloader()
        watcher.started = saved
        watcher.reload_if_saved(code())
        watcher.started = saved - 1
        with pytest.raises(SystemExit) as caught:
            watcher.reload_if_saved(code())
        assert caught.value.code == 3


class TestWatchedCode:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("app.py", True),
            ("new/module.py", True),
            ("page.html", False),
            (".git/hook.py", False),
            ("node_modules/x/gyp.py", False),
            ("__pycache__/app.py", False),
            ("venv/lib/x.py", False),
        ],
    )
    def test_modules_of_the_project_count(
        self, code: Callable[..., WatchedCode], project: Path, path: str, expected: bool
    ) -> None:
        assert (str(project / path) in code()) is expected

    def test_file_elsewhere_does_not_count(self, code: Callable[..., WatchedCode]) -> None:
        assert "/elsewhere/app.py" not in code()
        assert 3 not in code()

    def test_hidden_folder_above_the_project_does_not_matter(
        self, code: Callable[..., WatchedCode], write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = write(".hidden/project/app.py", "").parent
        monkeypatch.setattr(sys, "path", [str(folder)])
        assert str(folder / "app.py") in code()

    def test_folder_inside_another_is_watched_once(
        self, code: Callable[..., WatchedCode], project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "src").mkdir()
        monkeypatch.setattr(sys, "path", [str(project / "src"), str(project), "/", "missing"])
        assert code().folders == {str(project)}

    def test_installed_folder_is_not_watched(
        self, code: Callable[..., WatchedCode], write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "path", [str(write("venv/lib/x.py", "").parent)])
        assert code().folders == frozenset()

    def test_imported_module_counts_wherever_it_is(
        self, code: Callable[..., WatchedCode], write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = write("venv/lib/imported.py", "")
        module = ModuleType("imported")
        module.__file__ = str(file)
        monkeypatch.setitem(sys.modules, "imported", module)
        assert str(file) in code()
        assert str(file) in code().files

    def test_extra_file_and_folder_count(
        self, code: Callable[..., WatchedCode], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        file = elsewhere / "settings.toml"
        file.touch()
        watched = code(str(file))
        assert str(file) in watched
        assert str(file) in watched.outlying_files()
        assert str(elsewhere / "module.py") in code(str(elsewhere))

    def test_existing_files_are_found_once_without_those_of_tools(
        self, code: Callable[..., WatchedCode], write: Write, project: Path
    ) -> None:
        for path in ("app.py", "pkg/x.py", "a.txt", ".git/x.py", "venv/x.py", "__pycache__/y.py"):
            write(path, "")
        found = [path for path in code().iter_existing() if path.startswith(str(project))]
        assert sorted(found) == [str(project / "app.py"), str(project / "pkg/x.py")]


class TestWatchfilesReloader:
    @pytest.fixture(autouse=True)
    def _watchfiles(self, request: pytest.FixtureRequest) -> None:
        # Imported before the path is reduced to the project.
        pytest.importorskip("watchfiles")
        request.getfixturevalue("code")

    @pytest.fixture
    def watch(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
        """Let watchfiles report certain changes, which pass its filter; note each watch."""
        watches: list[dict[str, Any]] = []

        def report(*rounds: set[Change] | Callable[[], set[Change]]) -> list[dict[str, Any]]:
            steps = iter(rounds)

            def fake(*paths: str, **options: Any) -> Iterator[set[Change]]:
                watches.append({"paths": paths, **options})
                for step in steps:
                    changes = step() if callable(step) else step
                    yield {c for c in changes if options["watch_filter"](*c)}

            monkeypatch.setattr("watchfiles.watch", fake)
            return watches

        return report

    def test_change_ends_the_process_for_the_next_one(
        self, project: Path, watch: Callable[..., Any], capfd: pytest.CaptureFixture[str]
    ) -> None:
        watches = watch({(2, str(project / "app.py"))})
        with pytest.raises(SystemExit) as caught:
            WatchfilesReloader().run()
        assert caught.value.code == 3
        assert str(project) in watches[0]["paths"]

    def test_excluded_file_does_not_count(self, project: Path, watch: Callable[..., Any]) -> None:
        watch({(2, str(project / "made/x.py"))}, {(2, str(project / "app.py"))})
        reload = WatchfilesReloader(exclude_patterns=["*/made/*"])
        with pytest.raises(SystemExit):
            reload.run()
        assert reload.is_excluded(str(project / "made/x.py"))

    def test_file_saved_during_the_import_counts(
        self, write: Write, watch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = write("app.py", "")
        monkeypatch.setattr(Patience, "started", time.time() - 60)
        os.utime(file, (time.time() - 30,) * 2)
        watch(set(), lambda: pytest.fail("it was not noticed"))
        with pytest.raises(SystemExit):
            WatchfilesReloader().run()

    def test_file_from_the_future_does_not_restart_for_ever(
        self, write: Write, project: Path, watch: Callable[..., Any]
    ) -> None:
        os.utime(write("app.py", ""), (time.time() + 3600,) * 2)
        reached: list[bool] = []

        def second() -> set[Change]:
            reached.append(True)
            return {(2, str(project / "app.py"))}

        watch(set(), second)
        with pytest.raises(SystemExit):
            WatchfilesReloader().run()
        assert reached == [True]

    def test_nothing_is_looked_at_while_nothing_happens(
        self, project: Path, watch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks: list[str] = []

        def note(name: str) -> None:
            original = getattr(os, name)

            def noting(*args: Any, **kwargs: Any) -> Any:
                looks.append(name)
                return original(*args, **kwargs)

            monkeypatch.setattr(os, name, noting)

        def begin() -> set[Change]:
            for name in ("stat", "walk", "scandir", "listdir"):
                note(name)
            return set()

        def end() -> set[Change]:
            assert looks == []
            return {(2, str(project / "app.py"))}

        watch(set(), begin, set(), set(), set(), end)
        with pytest.raises(SystemExit):
            WatchfilesReloader().run()

    def test_module_imported_from_elsewhere_is_watched_too(
        self,
        project: Path,
        watch: Callable[..., Any],
        monkeypatch: pytest.MonkeyPatch,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> None:
        file = tmp_path_factory.mktemp("elsewhere") / "late.py"
        file.touch()

        def import_late() -> set[Change]:
            module = ModuleType("late")
            module.__file__ = str(file)
            monkeypatch.setitem(sys.modules, "late", module)
            return set()

        watches = watch(set(), import_late, {(2, str(file))})
        with pytest.raises(SystemExit):
            WatchfilesReloader().run()
        assert str(file) not in watches[0]["paths"]
        assert str(file) in watches[1]["paths"]

    def test_module_imported_from_a_watched_folder_changes_nothing(
        self, project: Path, watch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def import_late() -> set[Change]:
            monkeypatch.setitem(sys.modules, "late", ModuleType("late"))
            return set()

        watches = watch(set(), import_late, set(), {(2, str(project / "app.py"))})
        with pytest.raises(SystemExit):
            WatchfilesReloader().run()
        assert len(watches) == 1

    def test_system_that_refuses_is_replaced_by_looking(
        self,
        watch: Callable[..., Any],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def refuse() -> set[Change]:
            raise OSError("OS file watch limit reached")

        made: list[tuple[Any, ...]] = []

        class Looking(_reloader.ReloaderLoop):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args)
                made.append(args)

            def run(self) -> None:
                raise SystemExit(3)

        watch(refuse)
        monkeypatch.setitem(_reloader.reloader_loops, "stat", Looking)
        with pytest.raises(SystemExit):
            WatchfilesReloader(["x.toml"], ["*made*"], 2).run()
        assert made == [({os.path.abspath("x.toml")}, {"*made*"}, 2)]
        message = capsys.readouterr().err
        assert "limit reached" in message
        assert "Raise its limit of watched files" in message


def test_vanished_file_has_never_been_saved() -> None:
    assert reloader._modification_time("/no/such/file") == 0.0
