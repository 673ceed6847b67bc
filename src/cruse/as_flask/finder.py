"""Answers the imports of `flask` and its modules with those of Cruse."""

from __future__ import annotations

import builtins
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from cruse.as_flask.names import MODULES, Names
from cruse.as_flask.rebinding import FlaskModule
from cruse.as_flask.shown_names import show_as_defined

# The version of Flask whose interface this is.
FLASK_VERSION = "3.1.3"

_MAIN = "flask.__main__"
_MAIN_SOURCE = "from flask.cli import main\n\nmain()\n"


class FlaskFinder(MetaPathFinder, InspectLoader):
    """Finds and fills the modules in `names.MODULES`."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return a spec for `flask` and its modules; None for every other module."""
        if fullname in MODULES or fullname == _MAIN:
            # A program that is run as `-m flask` finds its origin in sys.argv[0].
            origin = f"{fullname.replace('.', '/')}.py"
            return ModuleSpec(fullname, self, origin=origin, is_package=self.is_package(fullname))
        return None

    def is_package(self, fullname: str) -> bool:
        """Return whether *fullname* has submodules."""
        return any(name.startswith(f"{fullname}.") for name in MODULES)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return an empty module in which names may be set anew."""
        return FlaskModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Put the names of Flask's module into *module*."""
        name = module.__name__
        if name == _MAIN:
            super().exec_module(module)
            return
        stand_in = MODULES[name]
        names = vars(module)
        names["__doc__"] = f"{name} of Flask {FLASK_VERSION}, provided by Cruse."
        names.update(_import_names(stand_in.imports))
        names.update(own := _import_names(stand_in.defines))
        for own_name, value in own.items():
            show_as_defined(value, name, own_name)
        names["__file__"] = import_module(next(iter(stand_in.defines), "cruse")).__file__
        if name != "flask.sansio":  # a namespace package
            names["__builtins__"] = vars(builtins)
            names["__cached__"] = None
        if name == "flask":
            names["__getattr__"] = _version_attribute  # PEP 562

    def get_source(self, fullname: str) -> str | None:
        """Return the source of `flask.__main__`, for `python -m flask`; None otherwise."""
        return _MAIN_SOURCE if fullname == _MAIN else None

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of `flask.__main__`, for `python -m flask`; None otherwise."""
        return compile(_MAIN_SOURCE, fullname, "exec") if fullname == _MAIN else None

    @staticmethod
    def find_distributions(
        context: DistributionFinder.Context = DistributionFinder.Context(),  # noqa: B008 - PEP 566
    ) -> Iterator[Distribution]:
        """Yield the metadata of Flask if *context* asks for it, or for all."""
        if context.name is None or context.name.lower() == "flask":
            yield FlaskDistribution()


def _import_names(names: Names) -> dict[str, Any]:
    """Return the values of *names*, by the names that Flask has for them."""
    found = {}
    for source, entries in names.items():
        for entry in entries.split():
            theirs, _, ours = entry.partition("=")
            if source:
                found[theirs] = getattr(import_module(source), ours or theirs)
            else:
                found[theirs] = import_module(ours or theirs)
    return found


class FlaskDistribution(Distribution):
    """Says that Flask is installed."""

    def read_text(self, filename: str) -> str | None:
        """Return the text of a metadata file; None if Flask's stand-in has none of that name."""
        return {
            "METADATA": f"Metadata-Version: 2.1\nName: Flask\nVersion: {FLASK_VERSION}\n",
            "entry_points.txt": "[console_scripts]\nflask = flask.cli:main\n",
        }.get(filename)

    def locate_file(self, path: Any) -> Path:
        """Return *path* below the folder of this package."""
        return Path(__file__).parent.joinpath(path)


def _version_attribute(name: str) -> str:
    if name == "__version__":
        warnings.warn(
            "flask.__version__ is deprecated; ask importlib.metadata.version('flask').",
            DeprecationWarning,
            stacklevel=2,
        )
        return FLASK_VERSION
    raise AttributeError(f"module 'flask' has no attribute {name!r}")


def install(modules: Iterable[str] | None = None) -> None:
    """Make `flask` resolve to Cruse in this process, from now on.

    Args:
        modules: Names of the modules that are imported already; by default `sys.modules`.

    Raises:
        ImportError: Flask itself was imported before.
    """
    imported = sys.modules if modules is None else modules
    if any(isinstance(finder, FlaskFinder) for finder in sys.meta_path):
        return
    if "flask" in imported:
        origin = getattr(sys.modules.get("flask"), "__file__", "?")
        raise ImportError(
            f"'flask' is imported already, from {origin}. A program that has seen both would mix "
            "objects of the two. Import cruse.as_flask first, before anything that imports "
            "flask; or start the program with 'python -m cruse.as_flask -m module'."
        )
    sys.meta_path.insert(0, FlaskFinder())
