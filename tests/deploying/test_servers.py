"""Each server starts with the command and the files that the documentation shows, and answers.

The commands are those of docs/deploying.md, and the files those of examples/deploy. Other than
there are the ports, the folder and the certificate.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from serving import WAIT_SECONDS, find_free_port, serve
from werkzeug.serving import make_ssl_devcert

ROOT = Path(__file__).parents[2]
FILES = ROOT / "examples" / "deploy"
SERVERS = ("gunicorn", "granian", "waitress-serve", "uwsgi")
PAGE = (ROOT / "docs" / "deploying.md").read_text().replace("\\\n    ", "")
COMMANDS = re.findall(rf"^\$ ((?:{'|'.join(SERVERS)}) .*)$", PAGE, re.MULTILINE)
each_server = pytest.mark.parametrize("command", COMMANDS, ids=lambda text: shlex.split(text)[0])
# A visitor who is not at the address of the proxy: all of 127.0.0.0/8 is this machine.
VISITOR = "127.0.0.2"


class Answer(NamedTuple):
    """What a server has sent back."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def port() -> str:
    """A port of 127.0.0.1 that nothing uses now."""
    return find_free_port()


@pytest.fixture
def folder(tmp_path: Path, port: str) -> Path:
    """The example's files, with *port* in place of 8000."""
    shutil.copytree(FILES, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pyc*"))
    for path in tmp_path.iterdir():
        if path.is_file():
            path.write_text(path.read_text().replace("8000", port))
    return tmp_path


# ----------------------------------------------------------------------------------- each by itself


def test_page_shows_four_servers() -> None:
    assert [shlex.split(command)[0] for command in COMMANDS] == list(SERVERS)


@each_server
def test_server_answers(command: str, folder: Path, port: str) -> None:
    with serve(words(command, port), folder, port):
        answer = ask(port)

    assert answer.status == 200
    assert json.loads(answer.body)["host"] == f"127.0.0.1:{port}"


@each_server
def test_server_takes_a_cookie_as_large_as_a_session(command: str, folder: Path, port: str) -> None:
    with serve(words(command, port), folder, port):
        answer = ask(port, Cookie=f"session={'x' * 4085}")

    assert answer.status == 200


def test_container_holds_what_its_command_needs(folder: Path, port: str, tmp_path: Path) -> None:
    lines = (folder / "Containerfile").read_text().replace("\\\n", "").splitlines()
    image = tmp_path / "image"
    image.mkdir()
    for line in lines:
        if line.startswith("COPY "):
            *sources, target = line.split()[1:]
            for source in sources:
                copy = shutil.copytree if (folder / source).is_dir() else shutil.copy
                copy(folder / source, image / target)
    [command] = [json.loads(line[4:]) for line in lines if line.startswith("CMD ")]

    with serve(command, image, port):
        assert ask(port).status == 200


# ----------------------------------------------------------------------------------- with greenlets

WAITING = """
import asyncio
from cruse import Cruse
app = Cruse(__name__)

@app.get("/")
async def index():
    await asyncio.sleep(3)
    return "fine"
"""
EVENTLET = """
import eventlet
eventlet.monkey_patch()
import sys
import eventlet.wsgi
from waiting import app
eventlet.wsgi.server(eventlet.listen(("127.0.0.1", int(sys.argv[1]))), app)
"""


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn --worker-class gevent --bind 127.0.0.1:8000 waiting:app",
        # gunicorn has no worker of eventlet any more.
        "python -W ignore serve_eventlet.py 8000",
    ],
)
def test_second_coroutine_in_a_greenlet_is_refused(command: str, folder: Path, port: str) -> None:
    (folder / "waiting.py").write_text(WAITING)
    (folder / "serve_eventlet.py").write_text(EVENTLET)

    with serve(words(command, port), folder, port), ThreadPoolExecutor(3) as pool:
        first = ask(port)
        statuses = [answer.status for answer in pool.map(ask, [port] * 3)]
        last = ask(port)

    assert (first.status, last.status) == (200, 200)
    assert set(statuses) == {200, 500}
    refused = (folder / "server.log").read_text().count("'threading' makes greenlets here")
    assert refused == statuses.count(500)


# ------------------------------------------------------------------------------------- with systemd


def test_gunicorn_says_when_it_is_ready(folder: Path, port: str) -> None:
    # systemd's `Type=notify` waits for this.
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.settimeout(WAIT_SECONDS)
        with serve(words(COMMANDS[0], port), folder, port, NOTIFY_SOCKET=str(folder / "notify")):
            message = systemd.recv(1000)

    assert b"READY=1" in message.splitlines()


def test_gunicorn_reloads_and_turns_nobody_away(folder: Path, port: str) -> None:
    program = folder / "notes.py"
    give_up = time.monotonic() + WAIT_SECONDS

    with serve(words(COMMANDS[0], port), folder, port) as server:
        statuses = {ask(port).status}
        program.write_text(program.read_text().replace('"visitor"', '"guest"'))
        # systemd's `ExecReload`
        server.send_signal(signal.SIGHUP)
        changed = False
        while not changed and time.monotonic() < give_up:
            answer = ask(port)
            statuses.add(answer.status)
            changed = "guest" in json.loads(answer.body)

    assert changed
    assert statuses == {200}


# ------------------------------------------------------------------------------------- behind nginx


@each_server
def test_behind_nginx_the_app_knows_its_visitor(command: str, folder: Path, port: str) -> None:
    with serve(words(command, port), folder, port, **settings()), serve_nginx(folder) as public:
        answer = ask_securely(public, X_Forwarded_For="192.0.2.1", X_Forwarded_Proto="http")

    assert json.loads(answer.body) == {
        "visitor": VISITOR,
        "scheme": "https",
        "host": "notes.example.org",
        "url": "https://notes.example.org/",
    }


@each_server
def test_behind_nginx_a_foreign_host_is_refused(command: str, folder: Path, port: str) -> None:
    with serve(words(command, port), folder, port, **settings()), serve_nginx(folder) as public:
        answer = ask_securely(public, Host="evil.example")

    assert answer.status == 400


def test_nginx_serves_static_files_and_limits_bodies(folder: Path) -> None:
    # No other server runs.
    with serve_nginx(folder) as public:
        answer = ask_securely(public, "/static/site.css")
        refused = ask_securely(public, Content_Length="6000000")

    assert answer.status == 200
    assert answer.body == (FILES / "static" / "site.css").read_bytes()
    assert answer.headers["Cache-Control"] == "max-age=3600"
    assert refused.status == 413


def test_nginx_leads_to_https(folder: Path) -> None:
    with serve_nginx(folder) as public:
        answer = ask(public.plain, "/a?b=c", Host="notes.example.org")

    assert answer.status == 308
    assert answer.headers["Location"] == "https://notes.example.org/a?b=c"


@each_server
def test_below_a_path_urls_begin_with_it(command: str, folder: Path, port: str) -> None:
    below = (folder / "nginx-below-a-path.conf").read_text()
    replace(folder / "nginx-site.conf", r"    location / \{.*?    \}\n", below)
    replace(folder / "wsgi.py", "x_proto=1", "x_proto=1, x_prefix=1")

    with serve(words(command, port), folder, port, **settings()), serve_nginx(folder) as public:
        answer = ask_securely(public, "/notes/")

    assert json.loads(answer.body)["url"] == "https://notes.example.org/notes/"


# ------------------------------------------------------------------------------------------ serving


class PublicPorts(NamedTuple):
    """Where nginx listens."""

    plain: str
    secure: str


def words(command: str, port: str) -> list[str]:
    """Return the words of a command of the page, with another port."""
    return shlex.split(command.replace("8000", port))


def settings() -> dict[str, str]:
    """Return the variables that the page sets."""
    return dict(line.split("=", 1) for line in (FILES / "notes.env").read_text().splitlines())


@contextmanager
def serve_nginx(folder: Path) -> Iterator[PublicPorts]:
    """Run an nginx of its own, with the site of the example, until the end of the block."""
    ports = PublicPorts(find_free_port(), find_free_port())
    conf = folder / "nginx.conf"
    conf.write_text(nginx_settings(folder, ports))
    # With these options it reads and writes nothing of the machine's own nginx.
    options = ["-p", str(folder), "-e", "stderr", "-c", str(conf), "-g", "daemon off;"]
    with serve(["nginx", *options], folder, ports.secure):
        yield ports


def nginx_settings(folder: Path, ports: PublicPorts) -> str:
    """Return settings of nginx that include the site of the example."""
    certificate, key = make_ssl_devcert(str(folder / "site"), host="notes.example.org")
    site = (folder / "nginx-site.conf").read_text()
    site = site.replace("listen 80;", f"listen 127.0.0.1:{ports.plain};")
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{ports.secure} ssl;")
    site = re.sub(r"/etc/letsencrypt/\S+/fullchain\.pem", certificate, site)
    site = re.sub(r"/etc/letsencrypt/\S+/privkey\.pem", key, site)
    site = site.replace("/srv/notes/", f"{folder}/")
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    places = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    # Its workers read the folder of the test, which belongs to whoever runs the test.
    user = "user root;" if os.geteuid() == 0 else ""
    return f"""\
{user}
pid {folder}/nginx.pid;
events {{}}
http {{
access_log off;
{places}
{site}
}}
"""


# ------------------------------------------------------------------------------------------- asking


def ask(port: str, path: str = "/", **headers: str) -> Answer:
    """Send a request without a proxy, or to the proxy's plain port."""
    return send(HTTPConnection("127.0.0.1", int(port), timeout=WAIT_SECONDS), path, headers)


def ask_securely(ports: PublicPorts, path: str = "/", **headers: str) -> Answer:
    """Send a request over HTTPS, as a visitor from `VISITOR`."""
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    connection = HTTPSConnection(
        *("127.0.0.1", int(ports.secure)),
        timeout=WAIT_SECONDS,
        source_address=(VISITOR, 0),
        context=trusting,
    )
    return send(connection, path, {"Host": "notes.example.org", **headers})


def send(connection: HTTPConnection, path: str, headers: dict[str, Any]) -> Answer:
    """Send a GET request; `_` in the names of headers stands for `-`."""
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers=named)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def replace(path: Path, pattern: str, text: str) -> None:
    """Replace the one part of a file that matches."""
    changed, count = re.subn(pattern, lambda _: text, path.read_text(), flags=re.DOTALL)
    assert count == 1
    path.write_text(changed)
