"""The six distributions carry what an installer, an index and a type checker look for.

Everything is read from wheels and sdists built for these tests, not from the settings.
"""

from __future__ import annotations

import email
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from hatchling.metadata.plugin.interface import MetadataHookInterface
from hatchling.plugin.utils import load_plugin_from_script
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
VERSION = (ROOT / "VERSION").read_text().strip()
FOLDERS = {
    "cruse_routing": ROOT / "packages" / "routing",
    "cruse_core": ROOT / "packages" / "core",
    "cruse_templating": ROOT / "packages" / "templating",
    "cruse_cli": ROOT / "packages" / "cli",
    "cruse_testing": ROOT / "packages" / "testing",
    "cruse": ROOT,
}
COMPONENTS = [name for name in FOLDERS if name != "cruse"]
SIBLINGS = {
    "cruse_routing": set[str](),
    "cruse_core": {"cruse-routing"},
    "cruse_templating": {"cruse-core"},
    "cruse_cli": {"cruse-core"},
    "cruse_testing": {"cruse-core"},
}


@dataclass(frozen=True)
class Wheel:
    """What the tests ask of a built wheel."""

    path: Path

    def names(self) -> list[str]:
        with zipfile.ZipFile(self.path) as archive:
            return archive.namelist()

    def read(self, ending: str) -> str:
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(next(n for n in self.names() if n.endswith(ending))).decode()

    @property
    def metadata(self) -> Message:
        return email.message_from_string(self.read(".dist-info/METADATA"))

    @property
    def requirements(self) -> list[Requirement]:
        return [Requirement(text) for text in self.metadata.get_all("Requires-Dist", [])]


def build(folder: Path, target: str, destination: Path) -> Path:
    """Build the project in *folder* into an otherwise unused *destination*."""
    finished = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(destination)],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    [built] = destination.iterdir()
    return built


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Wheel]:
    return {
        name: Wheel(build(folder, "wheel", tmp_path_factory.mktemp("wheel")))
        for name, folder in FOLDERS.items()
    }


@pytest.fixture(scope="session")
def unpacked_sdists(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    unpacked = {}
    for name, folder in FOLDERS.items():
        sdist = build(folder, "sdist", tmp_path_factory.mktemp("sdist"))
        destination = tmp_path_factory.mktemp("unpacked")
        with tarfile.open(sdist) as archive:
            # Absent before Python 3.11.4.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(destination)
        [unpacked[name]] = destination.iterdir()
    return unpacked


@pytest.mark.parametrize("name", FOLDERS)
class TestWheel:
    def test_version_is_the_one_of_the_workspace(self, name: str, wheels: dict[str, Wheel]) -> None:
        assert wheels[name].metadata["Version"] == VERSION

    def test_type_checkers_find_its_annotations(self, name: str, wheels: dict[str, Wheel]) -> None:
        assert f"{name}/py.typed" in wheels[name].names()
        assert "Typing :: Typed" in wheels[name].metadata.get_all("Classifier", [])

    def test_holds_one_import_package_and_no_tests(
        self, name: str, wheels: dict[str, Wheel]
    ) -> None:
        assert {path.split("/")[0] for path in wheels[name].names()} == {
            name,
            f"{name}-{VERSION}.dist-info",
        }

    def test_readme_is_the_long_description(self, name: str, wheels: dict[str, Wheel]) -> None:
        metadata = wheels[name].metadata

        assert metadata["Description-Content-Type"] == "text/markdown"
        assert metadata.get_payload() == (FOLDERS[name] / "README.md").read_text()

    def test_licence_is_named_and_inside(self, name: str, wheels: dict[str, Wheel]) -> None:
        assert wheels[name].metadata["License-Expression"] == "BSD-3-Clause"
        assert wheels[name].read("licenses/LICENSE") == (ROOT / "LICENSE").read_text()

    def test_describes_itself(self, name: str, wheels: dict[str, Wheel]) -> None:
        metadata = wheels[name].metadata

        assert metadata["Name"] == name.replace("_", "-")
        assert metadata["Requires-Python"] == ">=3.11"
        assert len(metadata["Summary"]) > 40
        assert metadata["Keywords"]
        assert "Programming Language :: Python :: 3.11" in metadata.get_all("Classifier", [])

    def test_an_sdist_builds_the_same_wheel(
        self,
        name: str,
        wheels: dict[str, Wheel],
        unpacked_sdists: dict[str, Path],
        tmp_path: Path,
    ) -> None:
        rebuilt = Wheel(build(unpacked_sdists[name], "wheel", tmp_path))

        assert rebuilt.names() == wheels[name].names()
        assert rebuilt.read("METADATA") == wheels[name].read("METADATA")


class TestDependencies:
    def test_the_framework_pins_its_five_parts_exactly(self, wheels: dict[str, Wheel]) -> None:
        required = {str(r) for r in wheels["cruse"].requirements if r.marker is None}

        assert required == {f"{name.replace('_', '-')}=={VERSION}" for name in COMPONENTS}

    @pytest.mark.parametrize("name", COMPONENTS)
    def test_a_component_accepts_the_releases_of_one_minor_version(
        self, name: str, wheels: dict[str, Wheel]
    ) -> None:
        major, minor = Version(VERSION).release[:2]
        siblings = {r.name: r for r in wheels[name].requirements if r.name.startswith("cruse")}

        assert siblings.keys() == SIBLINGS[name]
        for requirement in siblings.values():
            assert requirement.specifier.contains(VERSION, prereleases=True)
            assert requirement.specifier.contains(f"{major}.{minor}.99")
            assert not requirement.specifier.contains(f"{major}.{minor + 1}")

    def test_extras_of_the_framework_are_those_of_its_parts(self, wheels: dict[str, Wheel]) -> None:
        offered = set(wheels["cruse"].metadata.get_all("Provides-Extra", []))
        of_parts = {
            extra
            for name in COMPONENTS
            for extra in wheels[name].metadata.get_all("Provides-Extra", [])
        }

        assert offered == of_parts | {"all"}

    @pytest.mark.parametrize(
        ("version", "exact", "compatible"),
        [
            ("0.1.0", "==0.1.0", ">=0.1,<0.2"),
            ("1.9.3", "==1.9.3", ">=1.9,<1.10"),
            ("2.0.0rc1", "==2.0.0rc1", ">=2.0.0rc1,<2.1"),
            ("2.0.1.dev0", "==2.0.1.dev0", ">=2.0,<2.1"),
        ],
    )
    def test_pins_and_ranges_follow_from_the_version(
        self, version: str, exact: str, compatible: str
    ) -> None:
        hook_class = load_plugin_from_script(
            str(ROOT / "hatch_build.py"),
            "hatch_build.py",
            MetadataHookInterface,  # type: ignore[type-abstract]  # hatchling asks for the base
            "metadata_hook",
        )
        settings = {"dependencies": ["a{exact}", "b{compatible}", "c>=1"]}
        metadata: dict[str, object] = {"version": version}

        hook_class(str(ROOT), settings).update(metadata)

        assert metadata["dependencies"] == [f"a{exact}", f"b{compatible}", "c>=1"]


class TestEntryPoints:
    def test_cli_installs_the_command(self, wheels: dict[str, Wheel]) -> None:
        entry_points = wheels["cruse_cli"].read("entry_points.txt")

        assert entry_points == "[console_scripts]\ncruse = cruse_cli.main:main\n"

    def test_entry_point_leads_to_a_module(self, wheels: dict[str, Wheel]) -> None:
        assert "cruse_cli/main.py" in wheels["cruse_cli"].names()

    @pytest.mark.parametrize("name", ["cruse", "cruse_testing"])
    def test_nothing_plugs_itself_into_pytest(self, name: str, wheels: dict[str, Wheel]) -> None:
        assert not any(file.endswith("entry_points.txt") for file in wheels[name].names())


class TestWorkspace:
    @pytest.mark.parametrize("name", COMPONENTS)
    def test_licence_files_are_equal(self, name: str) -> None:
        assert (FOLDERS[name] / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()

    def test_a_new_version_reaches_every_distribution(self, tmp_path: Path) -> None:
        copy = tmp_path / "workspace"
        ignored = shutil.ignore_patterns(".*", "dist", "tests", "__pycache__", "artefacts")
        shutil.copytree(ROOT, copy, ignore=ignored)
        (copy / "VERSION").write_text("7.3.1\n")

        framework = Wheel(build(copy, "wheel", tmp_path / "framework"))
        core = Wheel(build(copy / "packages" / "core", "wheel", tmp_path / "core"))

        assert "cruse-core==7.3.1" in framework.metadata.get_all("Requires-Dist", [])
        assert "cruse-routing<7.4,>=7.3" in core.metadata.get_all("Requires-Dist", [])

    @pytest.mark.parametrize("folder", [ROOT, ROOT / "examples" / "with_flask_extensions"])
    def test_constraints_name_versions_only(self, folder: Path) -> None:
        for line in (folder / "constraints.txt").read_text().splitlines():
            requirement = Requirement(line)
            assert [s.operator for s in requirement.specifier] == ["=="], line
            assert requirement.url is None, line
