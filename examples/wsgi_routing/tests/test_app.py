"""The short links do what the README says, with nothing but cruse-routing installed."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from app import ShortLinks

TARGET = "https://www.example.org/a/very/long/address"


@pytest.fixture
def client() -> Client:
    return Client(ShortLinks())


class TestLinks:
    def test_starts_without_any(self, client: Client) -> None:
        assert client.get("/").text == ""

    def test_added_link_is_followed(self, client: Client) -> None:
        added = client.post("/", data=TARGET)
        assert (added.status_code, added.location) == (201, "http://localhost/1")
        assert client.get(added.location).location == TARGET
        assert client.get("/").text == f"/1 -> {TARGET}\n"

    def test_links_heed_the_script_root(self, client: Client) -> None:
        added = client.post("/", data=TARGET, base_url="http://example.org/go/")
        assert added.location == "http://example.org/go/1"

    def test_removed_link_is_gone(self, client: Client) -> None:
        client.post("/", data=TARGET)
        assert client.delete("/1").status_code == 204
        assert client.get("/1").status_code == 404
        assert client.post("/", data=TARGET).location == "http://localhost/2"


class TestErrors:
    def test_text_that_is_no_address_is_refused_with_the_remedy(self, client: Client) -> None:
        refused = client.post("/", data="example")
        assert refused.status_code == 400
        assert "Send one that starts with https://" in refused.text

    @pytest.mark.parametrize("path", ["/7", "/no/where", "/x"])
    def test_unknown_path_is_not_found(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_wrong_method_is_answered_with_the_right_ones(self, client: Client) -> None:
        refused = client.put("/1")
        assert refused.status_code == 405
        assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "DELETE"}
