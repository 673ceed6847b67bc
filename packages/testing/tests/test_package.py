from __future__ import annotations

import subprocess
import sys

import pytest

import cruse_testing
from cruse_testing import client


class TestNames:
    def test_are_imported_when_they_are_used(self) -> None:
        code = (
            "import sys, cruse_testing.pytest_plugin\n"
            "assert 'cruse_core' not in sys.modules\n"
            "assert 'werkzeug' not in sys.modules\n"
            "from cruse_testing import TestingApp\n"
            "assert 'cruse_core' in sys.modules\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_client_is_imported_when_an_app_is_tested(self) -> None:
        code = (
            "import sys\n"
            "from cruse_testing import TestingApp\n"
            "app = TestingApp('tested', root_path='.')\n"
            "assert 'cruse_testing.client' not in sys.modules\n"
            "app.test_client()\n"
            "assert 'cruse_testing.client' in sys.modules\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_are_those_of_the_modules(self) -> None:
        assert cruse_testing.Client is client.Client
        assert {"Client", "TestingApp", "record_templates"} <= set(dir(cruse_testing))

    def test_unknown_one_is_an_attribute_error(self) -> None:
        with pytest.raises(AttributeError, match="has no attribute 'Nope'"):
            cruse_testing.Nope  # type: ignore[attr-defined]  # noqa: B018 - what is tested
