"""Do what the documentation asks of curl, which a bare machine does not have."""

from __future__ import annotations

import argparse
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def main() -> None:
    """Send one request, and print the answer as curl does."""
    parser = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
    parser.add_argument("--head", action="store_true")
    parser.add_argument("--include", action="store_true")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--json")
    parser.add_argument("url")
    options = parser.parse_args()
    headers = dict(line.split(": ", 1) for line in options.header)
    if options.json is not None:
        headers["Content-Type"] = headers["Accept"] = "application/json"
    method = "HEAD" if options.head else "GET" if options.json is None else "POST"
    parts = urlsplit(options.url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        target = parts._replace(scheme="", netloc="").geturl()
        connection.request(method, target, options.json, headers)
        response = connection.getresponse()
        body = response.read()
    except OSError as exc:
        sys.exit(f"curl: {options.url}: {exc}")
    finally:
        connection.close()
    if options.head or options.include:
        version = f"HTTP/{response.version / 10}"
        print(version, response.status, response.reason)
        print("\n".join(f"{name}: {value}" for name, value in response.getheaders()), end="\n\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(body)


if __name__ == "__main__":
    main()
