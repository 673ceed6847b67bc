from __future__ import annotations

import pytest
from werkzeug.test import Client

from cruse_core import App
from cruse_core.findings import Finding, Severity
from cruse_core.host_checks import is_shared_domain


def find(app: App, *, deploy: bool = False) -> list[Finding]:
    return app.run_checks(deploy=deploy)


class TestIsSharedDomain:
    @pytest.mark.parametrize("name", ["com", ".com", "COM", ".de", "co.uk", ".com.au", ".Org.uk"])
    def test_knows_top_level_domains_and_the_like_by_their_form(self, name: str) -> None:
        assert is_shared_domain(name)

    @pytest.mark.parametrize(
        "name", ["shop.example", ".example.co.uk", "localhost", ".local", ".internal", "127.0.0.1"]
    )
    def test_other_names_are_somebodys(self, name: str) -> None:
        assert not is_shared_domain(name)


class TestServerName:
    @pytest.mark.parametrize(
        ("name", "host"),
        [
            ("https://shop.example", "shop.example"),
            ("//shop.example", "shop.example"),
            ("shop.example/", "shop.example"),
            ("https://user@shop.example:8000/orders", "shop.example:8000"),
            ("*.shop.example", "shop.example"),
            (".shop.example", "shop.example"),
            (" shop.example", "shop.example"),
            ("shop.example:", "shop.example"),
            ("https://", "shop.example"),
        ],
    )
    def test_scheme_path_or_sign_is_an_error(self, safe_app: App, name: str, host: str) -> None:
        safe_app.config["SERVER_NAME"] = name
        (finding,) = find(safe_app)
        assert (finding.id, finding.severity) == ("settings.server_name", Severity.ERROR)
        assert repr(name) in finding.message
        assert finding.place == 'config["SERVER_NAME"]'
        assert f"SERVER_NAME = {host!r}" in finding.remedy

    @pytest.mark.parametrize(
        "name",
        [
            None,
            "shop.example",
            "shop.example:8000",
            "my_service:5000",
            "localhost",
            "127.0.0.1:5000",
            "[::1]:5000",
            "bücher.example",
        ],
    )
    def test_host_with_or_without_a_port_is_right(self, safe_app: App, name: str | None) -> None:
        safe_app.config["SERVER_NAME"] = name
        assert find(safe_app) == []


class TestTrustedHosts:
    @pytest.mark.parametrize("hosts", [None, [], ""])
    def test_none_is_a_warning(self, safe_app: App, hosts: object) -> None:
        safe_app.config["TRUSTED_HOSTS"] = hosts
        assert find(safe_app) == []
        (finding,) = find(safe_app, deploy=True)
        assert (finding.id, finding.severity) == ("security.trusted_hosts", Severity.WARNING)
        assert finding.place == 'config["TRUSTED_HOSTS"]'
        assert "TRUSTED_HOSTS" in finding.remedy

    @pytest.mark.parametrize(
        ("entry", "host"),
        [
            ("*", "shop.example"),
            ("*.shop.example", ".shop.example"),
            ("https://shop.example", "shop.example"),
            ("shop.example/", "shop.example"),
            ("shop.example ", "shop.example"),
            ("shop.example,www.shop.example", "shop.example"),
            ("", "shop.example"),
            (".", "shop.example"),
        ],
    )
    def test_entry_that_matches_nothing_is_an_error(
        self, safe_app: App, entry: str, host: str
    ) -> None:
        safe_app.config["TRUSTED_HOSTS"] = ["a.example", entry]
        safe_app.add_url_rule("/", "index", lambda: "shop")
        (finding,) = find(safe_app)
        assert (finding.id, finding.severity) == ("settings.trusted_hosts", Severity.ERROR)
        assert repr(entry) in finding.message
        assert finding.place == 'config["TRUSTED_HOSTS"][1]'
        assert repr(host) in finding.remedy
        answers = [
            Client(safe_app).get("/", headers={"Host": name}).status_code
            for name in ("shop.example", "www.shop.example", "x")
        ]
        assert answers == [400, 400, 400]

    def test_single_text_is_judged_too(self, safe_app: App) -> None:
        safe_app.config["TRUSTED_HOSTS"] = "*"
        (finding,) = find(safe_app)
        assert finding.place == 'config["TRUSTED_HOSTS"]'

    @pytest.mark.parametrize("entry", [".com", ".COM", ".dev", ".co.uk", "com", "org"])
    def test_domain_of_strangers_is_an_error(self, safe_app: App, entry: str) -> None:
        safe_app.config["TRUSTED_HOSTS"] = ["shop.example", entry]
        (finding,) = find(safe_app, deploy=True)
        assert (finding.id, finding.severity) == ("security.trusted_hosts_shared", Severity.ERROR)
        assert repr(entry) in finding.message
        assert finding.place == 'config["TRUSTED_HOSTS"][1]'
        assert "Name your own hosts" in finding.remedy

    def test_capital_letters_are_a_remark(self, safe_app: App) -> None:
        safe_app.config["TRUSTED_HOSTS"] = ["Shop.Example"]
        (finding,) = find(safe_app, deploy=True)
        assert (finding.id, finding.severity) == ("security.trusted_hosts_case", Severity.INFO)
        assert finding.place == 'config["TRUSTED_HOSTS"][0]'
        assert finding.remedy == "Write 'shop.example'."

    @pytest.mark.parametrize(
        "entry",
        [
            "shop.example:8000",
            ".shop.example",
            "web",
            "localhost",
            ".localhost",
            "[::1]",
            "10.0.0.1",
        ],
    )
    def test_ones_own_are_right(self, safe_app: App, entry: str) -> None:
        safe_app.config["TRUSTED_HOSTS"] = [entry]
        assert find(safe_app, deploy=True) == []
