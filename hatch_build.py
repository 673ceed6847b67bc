"""Fill the workspace's version into the dependencies of each distribution.

Every `pyproject.toml` of the workspace names this file as its metadata hook; what a distribution
depends on stands in its own hook table. An sdist needs no hook: its `PKG-INFO` has the result.
"""

from __future__ import annotations

from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface
from packaging.version import Version


class WorkspaceDependencies(MetadataHookInterface):
    """Replace `{exact}` and `{compatible}` behind the names of sibling distributions."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the dependencies and the extras of *metadata*, which already has its version."""
        specifiers = make_specifiers(Version(metadata["version"]))
        metadata["dependencies"] = [
            requirement.format(**specifiers) for requirement in self.config["dependencies"]
        ]
        extras = self.config.get("optional-dependencies", {})
        if extras:
            metadata["optional-dependencies"] = {
                extra: [requirement.format(**specifiers) for requirement in requirements]
                for extra, requirements in extras.items()
            }


def make_specifiers(version: Version) -> dict[str, str]:
    """Return what the placeholders stand for while the workspace is at *version*."""
    lowest = Version(f"{version.major}.{version.minor}")
    # A pre-release of X.Y is older than X.Y; its siblings are pre-releases as well.
    lowest = min(lowest, version)
    above = f"{version.major}.{version.minor + 1}"
    return {"exact": f"=={version}", "compatible": f">={lowest},<{above}"}
