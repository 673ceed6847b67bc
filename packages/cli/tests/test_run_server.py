"""The server is a process of its own here, on a free port of the loopback interface."""

from __future__ import annotations

import os
import queue
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import werkzeug.serving

Write = Callable[[str, str], Path]
Cruse = Callable[..., "subprocess.CompletedProcess[str]"]

HELLO = """
    from cruse_core import App

    app = App(__name__)

    @app.route("/")
    def hello():
        return "{answer}"
"""

RUNS_ITSELF = """
    from cruse_cli import CommandsApp

    app = CommandsApp(__name__)

    @app.route("/")
    def hello():
        return "{answer}"

    if __name__ == "__main__":
        app.run(port=0, debug=True)
"""

ECHO = """
    from cruse_core import App, request

    app = App(__name__)

    @app.post("/")
    def echo():
        return request.get_data()
"""

# Far more than a start takes; reached only if something is wrong.
TIMEOUT_SECONDS = 60


class Server:
    """A running `cruse run`, or another program; its output is read as it comes."""

    def __init__(self, *args: str, program: str | None = None) -> None:
        command = ["-m", "cruse_cli", *args] if program is None else [program]
        self.process = subprocess.Popen(
            [sys.executable, "-u", *command],
            env={**os.environ, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            # Where the tests run in the background, the shell lets them ignore interrupts.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.output = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                self.lines.put(line)
        self.lines.put(None)

    def wait_for(self, pattern: str) -> str:
        """Read on until a line matches, and return its first group."""
        while True:
            line = self.lines.get(timeout=TIMEOUT_SECONDS)
            if line is None:
                raise AssertionError(f"The server ended. It said:\n{self.output}")
            self.output += line
            found = re.search(pattern, line)
            if found:
                return found[1] if found.groups() else found[0]

    def wait_for_url(self) -> str:
        return self.wait_for(r"Running on (\S+)")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(TIMEOUT_SECONDS)
        self.reader.join(TIMEOUT_SECONDS)


@pytest.fixture
def start(project: Path) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*args: str, program: str | None = None) -> Server:
        servers.append(Server(*args, program=program))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


SSL_CONTEXT = """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("own.crt", "own.key")
"""


def read_securely(url: str, context: ssl.SSLContext) -> str:
    assert url.startswith("https://")
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS, context=context) as answer:
        return str(answer.read().decode())


def read(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class TestServer:
    def test_serves_the_app(self, write: Write, start: Callable[..., Server]) -> None:
        write("app.py", HELLO.format(answer="hello"))
        server = start("run", "--port", "0")
        url = server.wait_for_url()
        assert read(url) == (200, "hello")
        assert "Debug mode: off" in server.output
        assert "Serving" not in server.output

    def test_names_the_app_that_was_asked_for(
        self, write: Write, start: Callable[..., Server]
    ) -> None:
        write("hello.py", HELLO.format(answer="hello"))
        server = start("--app", "hello", "--debug", "run", "--port", "0", "--no-reload")
        server.wait_for_url()
        assert " * Serving Cruse app 'hello'" in server.output
        assert " * Debug mode: on" in server.output

    def test_certificate_is_made_on_the_spot(
        self, write: Write, start: Callable[..., Server]
    ) -> None:
        pytest.importorskip("cryptography")
        write("app.py", HELLO.format(answer="hello"))
        url = start("run", "--port", "0", "--cert", "adhoc").wait_for_url()
        # Nobody has signed it.
        assert read_securely(url, ssl._create_unverified_context()) == "hello"

    @pytest.mark.parametrize(
        "options", ["--cert own.crt --key own.key", "--cert tls:context", "--cert tls.context"]
    )
    def test_certificate_is_read_or_imported(
        self, write: Write, start: Callable[..., Server], options: str
    ) -> None:
        pytest.importorskip("cryptography")
        write("app.py", HELLO.format(answer="hello"))
        write("tls.py", SSL_CONTEXT)
        werkzeug.serving.make_ssl_devcert("own", host="127.0.0.1")
        url = start("run", "--port", "0", *options.split()).wait_for_url()
        context = ssl.create_default_context(cafile="own.crt")
        context.check_hostname = False
        assert read_securely(url, context) == "hello"

    def test_interrupt_ends_it_quietly(self, write: Write, start: Callable[..., Server]) -> None:
        write("app.py", HELLO.format(answer="hello"))
        server = start("run", "--port", "0")
        # An answer shows that it waits for requests, and for the interrupt.
        read(server.wait_for_url())
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(TIMEOUT_SECONDS) == 0
        server.reader.join(TIMEOUT_SECONDS)
        assert "Traceback" not in "".join(line or "" for line in server.lines.queue)

    def test_run_in_the_module_is_ignored(self, write: Write, start: Callable[..., Server]) -> None:
        source = HELLO.format(answer="hello").replace("cruse_core import", "cruse_cli import")
        write("app.py", source.replace("App", "CommandsApp") + "    app.run(port=1)\n")
        server = start("run", "--port", "0")
        url = server.wait_for_url()
        assert "it was ignored" in server.output
        assert read(url) == (200, "hello")

    def test_debugger_shows_errors(self, write: Write, start: Callable[..., Server]) -> None:
        write("app.py", HELLO.format(answer="").replace('return ""', "1 / 0"))
        url = start("run", "--debug", "--no-reload", "--port", "0").wait_for_url()
        status, page = read(url)
        assert status == 500
        assert "ZeroDivisionError" in page
        assert "__debugger__" in page

    @pytest.mark.parametrize("watcher", ["watchfiles", "stat"])
    def test_broken_edit_is_shown_and_recovered_from(
        self,
        write: Write,
        start: Callable[..., Server],
        monkeypatch: pytest.MonkeyPatch,
        watcher: str,
    ) -> None:
        if watcher == "watchfiles":
            pytest.importorskip("watchfiles")
        else:
            # A module that cannot be imported hides the installed one from `find_spec`.
            write("sitecustomize.py", HIDE_WATCHFILES)
            monkeypatch.setenv("PYTHONPATH", str(Path.cwd()), prepend=os.pathsep)
        write("app.py", HELLO.format(answer="first"))
        server = start("run", "--debug", "--port", "0")
        url = server.wait_for_url()
        server.wait_for(f"Restarting with {watcher}")
        server.wait_for("Debugger PIN")
        assert read(url) == (200, "first")

        write("app.py", "import no_such_module_here\n")
        server.wait_for("No module named 'no_such_module_here'")
        server.wait_for("waits for the code to be corrected")
        server.wait_for("Debugger PIN")
        status, page = read(url)
        assert status == 500
        assert "no_such_module_here" in page

        write("app.py", HELLO.format(answer="mended at last"))
        server.wait_for("Detected change in .*app.py")
        server.wait_for("Debugger PIN")
        assert read(url) == (200, "mended at last")

    def test_syntax_error_is_told_once_with_file_and_line_alone(
        self, write: Write, start: Callable[..., Server]
    ) -> None:
        path = write("app.py", HELLO.format(answer="first"))
        server = start("run", "--debug", "--port", "0")
        url = server.wait_for_url()
        server.wait_for("Debugger PIN")

        path.write_text("app = (\n")
        server.wait_for("SyntaxError")
        server.wait_for("The server waits for the code to be corrected")
        server.wait_for("Debugger PIN")
        for text in (server.output.partition("Detected change")[2], read(url)[1]):
            # The page of the debugger has the text a second time, to be copied.
            assert "run the command again" not in text
            assert "importlib" not in text
            assert "discovery.py" not in text
            assert f'{path}"' in text or f"{path}&#34;" in text
            assert "line 1" in text
        assert server.output.count("The server waits") == 1

    @pytest.mark.parametrize("watcher", ["watchfiles", "stat"])
    def test_program_that_runs_itself_waits_for_the_repair(
        self,
        write: Write,
        start: Callable[..., Server],
        monkeypatch: pytest.MonkeyPatch,
        watcher: str,
    ) -> None:
        if watcher == "watchfiles":
            pytest.importorskip("watchfiles")
        else:
            write("sitecustomize.py", HIDE_WATCHFILES)
            monkeypatch.setenv("PYTHONPATH", str(Path.cwd()), prepend=os.pathsep)
        path = write("app.py", RUNS_ITSELF.format(answer="first"))
        server = start(program="app.py")
        url = server.wait_for_url()
        server.wait_for("Debugger PIN")
        assert read(url) == (200, "first")

        path.write_text("app = (\n")
        server.wait_for("SyntaxError")
        server.wait_for("The server waits for the code to be corrected")

        write("app.py", RUNS_ITSELF.format(answer="mended at last"))
        server.wait_for("Debugger PIN")
        assert read(url) == (200, "mended at last")

    @pytest.mark.parametrize("options", [("--reload",), ("--no-reload",)])
    def test_ends_with_all_its_processes_when_it_is_told_to(
        self, write: Write, start: Callable[..., Server], options: tuple[str, ...]
    ) -> None:
        write("app.py", HELLO.format(answer="hello"))
        server = start("run", "--port", "0", *options)
        url = server.wait_for_url()
        if options == ("--reload",):
            server.wait_for("Restarting with")
        assert read(url) == (200, "hello")
        server.process.terminate()
        server.process.wait(TIMEOUT_SECONDS)
        # Its output ends when nobody is left who could write to it.
        server.reader.join(TIMEOUT_SECONDS)
        assert not server.reader.is_alive()
        with pytest.raises(urllib.error.URLError, match="refused"):
            read(url)

    def test_client_is_told_once_to_go_on(self, write: Write, start: Callable[..., Server]) -> None:
        write("app.py", ECHO)
        for args in (("run", "--port", "0"), ("run", "--port", "0", "--without-threads")):
            url = urlsplit(start(*args).wait_for_url())
            assert url.hostname is not None
            with socket.create_connection((url.hostname, url.port or 80), TIMEOUT_SECONDS) as peer:
                peer.sendall(
                    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
                    b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
                )
                received = peer.recv(65_536)
                assert received == b"HTTP/1.1 100 Continue\r\n\r\n"
                peer.sendall(b"hello")
                answer = b"".join(iter(lambda: peer.recv(65_536), b""))
            assert answer.count(b"HTTP/1.") == 1
            assert b" 200 OK" in answer
            assert answer.endswith(b"hello")

    def test_extra_file_restarts_the_server(
        self, write: Write, start: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        pytest.importorskip("watchfiles")
        write("app.py", HELLO.format(answer="hello"))
        settings = tmp_path_factory.mktemp("elsewhere") / "settings.toml"
        settings.write_text("a = 1")
        server = start("run", "--debug", "--port", "0", "--extra-files", str(settings))
        server.wait_for("Debugger PIN")
        settings.write_text("a = 200")
        server.wait_for("Detected change in .*settings.toml")
        server.wait_for("Debugger PIN")

    def test_excluded_file_does_not_restart_the_server(
        self, write: Write, start: Callable[..., Server]
    ) -> None:
        pytest.importorskip("watchfiles")
        write("app.py", HELLO.format(answer="hello"))
        write("made/tables.py", "")
        options = ["--debug", "--port", "0", "--exclude-patterns", f"*{os.sep}made{os.sep}*"]
        server = start("run", *options)
        server.wait_for("Debugger PIN")
        write("made/tables.py", "made = True")
        write("app.py", HELLO.format(answer="hello again"))
        server.wait_for("Detected change in .*app.py")
        assert "tables.py" not in server.output

    def test_threads_serve_requests_at_once(
        self, write: Write, start: Callable[..., Server]
    ) -> None:
        write("app.py", MEETING)
        url = start("run", "--port", "0").wait_for_url()
        with ThreadPoolExecutor() as pool:
            assert list(pool.map(read, [url, url])) == [(200, "both are here")] * 2

    def test_waiting_for_changes_looks_at_none_of_ten_thousand_files(
        self, write: Write, project: Path, start: Callable[..., Server]
    ) -> None:
        pytest.importorskip("watchfiles")
        for number in range(100):
            folder = project / f"package{number}"
            folder.mkdir()
            for module in range(100):
                (folder / f"module{module}.py").touch()
        write("app.py", LOOKS_WHILE_IDLE)
        server = start("run", "--reload", "--port", "0")
        url = server.wait_for_url()
        server.wait_for("Restarting with watchfiles")
        assert read(url) == (200, "nothing")
        (project / "package50" / "module50.py").write_text("changed = True")
        server.wait_for("Detected change in .*package50/module50.py")

    def test_error_at_the_first_start_ends_the_command(self, write: Write, cruse: Cruse) -> None:
        write("app.py", "import no_such_module_here\n")
        result = cruse("run", "--debug", "--port", "0")
        assert result.returncode == 2
        assert "While importing 'app', an ImportError was raised:" in result.stderr
        assert "No module named 'no_such_module_here'" in result.stderr
        assert "Restarting" not in result.stderr

    def test_port_in_use_names_it_and_another(self, write: Write, cruse: Cruse) -> None:
        write("app.py", HELLO.format(answer="hello"))
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            result = cruse("run", "--port", str(port))
        assert result.returncode == 1
        assert f"Port {port} on 127.0.0.1 is in use by another program" in result.stderr
        assert "--port" in result.stderr


# A view that answers once a second request has come.
MEETING = f"""
    import threading
    from cruse_core import App

    app = App(__name__)
    meeting = threading.Barrier(2)

    @app.route("/")
    def meet():
        meeting.wait({TIMEOUT_SECONDS})
        return "both are here"
"""

# An app that notes what its process looks at while the reloader wakes up twenty times.
LOOKS_WHILE_IDLE = """
    import os
    import threading

    from cruse_cli import reloader
    from cruse_core import App

    app = App(__name__, static_folder=None)
    looks = []
    woken = threading.Semaphore(0)
    find_imported = reloader._imported


    def note_waking():
        woken.release()
        return find_imported()


    def note_looking(name):
        original = getattr(os, name)

        def look(*args, **kwargs):
            looks.append(name)
            return original(*args, **kwargs)

        setattr(os, name, look)


    reloader._imported = note_waking
    reloader.PAUSE_MS = 10


    @app.get("/")
    def idle():
        # The first round looks for what was saved during the start.
        for _ in range(3):
            woken.acquire()
        for name in ("stat", "lstat", "scandir", "listdir", "walk"):
            note_looking(name)
        for _ in range(20):
            woken.acquire()
        return ", ".join(looks) or "nothing"
"""

HIDE_WATCHFILES = """
    import importlib.util
    original = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *args: (
        None if name == "watchfiles" else original(name, *args)
    )
"""
