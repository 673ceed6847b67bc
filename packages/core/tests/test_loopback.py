from __future__ import annotations

import socket
from typing import Any

import pytest

from cruse_core.loopback import is_beyond_loopback


class TestIsBeyondLoopback:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "::ffff:127.0.0.1", "unix:///x"]
    )
    def test_loopback_and_sockets_of_files_are_not(self, host: str) -> None:
        assert not is_beyond_loopback(host)

    @pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1", "2001:db8::1"])
    def test_all_interfaces_and_other_addresses_are(self, host: str) -> None:
        assert is_beyond_loopback(host)

    def test_a_name_counts_as_its_addresses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = {"here.example": ["127.0.0.1"], "there.example": ["127.0.0.1", "192.0.2.1"]}

        def look_up(host: str, *args: Any, **kwargs: Any) -> list[tuple[Any, ...]]:
            if host not in found:
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            return [(0, 0, 0, "", (address, 0)) for address in found[host]]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        assert not is_beyond_loopback("here.example")
        assert is_beyond_loopback("there.example")
        assert not is_beyond_loopback("nowhere.example")
