"""Tell whether an address can be reached from other machines."""

from __future__ import annotations

import socket


def is_beyond_loopback(host: str) -> bool:
    """Return whether a server that listens on *host* can be reached from another machine.

    A name is looked up, as the server would; one that stands for nothing is not reached.

    Args:
        host: Name or address of an interface; "" for all of them; "unix://" and a path for a
            socket in the file system.
    """
    if host.startswith("unix://"):
        return False
    if host == "":
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return not all(_is_loopback(str(address[0])) for *_, address in found)


def _is_loopback(address: str) -> bool:
    # RFC 1122, 3.2.1.3, and RFC 4291, 2.5.3; the last is IPv4 in the clothes of IPv6.
    return address == "::1" or address.startswith(("127.", "::ffff:127."))
