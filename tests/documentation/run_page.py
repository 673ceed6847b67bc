"""Do what a page of the documentation says, block by block, in an empty folder.

`python run_page.py PAGE… FOLDER` runs one page, or several that build on each other. What a block
is, says its language:

- `python` runs in the namespace of the page; a `text` block after it is what it prints.
- `console` holds commands after `$ ` and what they print; a server keeps running to the page's end.
- A block with a caption is a file of that name. Python files are imported in the end, tests run.
  After the comment `% file: NAME` a block is a file without showing its name.
  `(continued)` after the name adds the block to the end of the file.
- `diff` with a caption changes that file; a line `@@` leads to the next place in it.
- Other languages are parsed where a parser is at hand. An unknown language is an error.

In what is printed, `...` stands for anything; more dots than three are dots.
"""

from __future__ import annotations

import configparser
import io
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata
from itertools import groupby
from pathlib import Path
from types import ModuleType

import jinja2

FILE_COMMENT = re.compile(r"^ *% file: (?P<name>\S+)$")
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<info>[^`]*)$")
CODE_DIRECTIVE = re.compile(r"^\{(?:code-block|code|sourcecode)\} *(?P<language>\S*)$")
OPTION = re.compile(r"^:(?P<name>[\w-]+):\s*(?P<value>.*)$")
ESCAPE_SEQUENCE = re.compile(r"\x1b\[[0-9;]*m")
# The tutorial's program is served for the public, too.
SERVER = re.compile(
    r"^(?:cruse (?!.*--help).*\brun\b|python \w+\.py|waitress-serve .*field_notes:)"
)
# There is an environment already, and tests/deploying starts the servers for the public.
LEFT_OUT = re.compile(
    r"python3? -m venv \.venv|\. \.venv/bin/activate|(?:granian|gunicorn|uwsgi|waitress-serve) .*"
)
CURL = re.compile(r"^curl(?= )")
OUR_CURL = shlex.join([sys.executable, str(Path(__file__).with_name("curl.py"))])
ANYTHING = re.compile(r"(?<!\.)\.\.\.(?!\.)")
CONTINUED = " (continued)"
WAIT_SECONDS = 30
ROOT = Path(__file__).parents[2]


@dataclass
class Block:
    """A fenced block of code."""

    language: str
    code: str
    line: int
    options: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str | None:
        """Name of the file that the block is or changes, if it is one."""
        caption = self.options.get("caption")
        return caption and caption.removesuffix(CONTINUED)

    @property
    def is_continued(self) -> bool:
        """Tell whether the block is the next part of its file."""
        return self.options.get("caption", "").endswith(CONTINUED)


class PageError(Exception):
    """A page says something that does not happen."""


def iter_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of code on a page; other directives are left out."""
    lines = iter(enumerate(text.splitlines(), start=1))
    file: str | None = None
    for number, line in lines:
        if comment := FILE_COMMENT.match(line):
            file = comment["name"]
        opening = FENCE.match(line)
        if opening is None:
            continue
        indent, fence = len(opening["indent"]), opening["fence"]
        body: list[str] = []
        for _, inner in lines:
            if inner.strip() == fence:
                break
            body.append(inner[indent:])
        info = opening["info"].strip()
        directive = CODE_DIRECTIVE.match(info)
        if info.startswith("{") and directive is None:
            continue
        options = {"caption": file} if file else {}
        file = None
        first = number + 1
        while directive is not None and body and (option := OPTION.match(body[0])):
            options[option["name"]] = option["value"]
            del body[0]
            first += 1
        while directive is not None and body and not body[0]:
            del body[0]
            first += 1
        language = directive["language"] if directive else info
        yield Block(language, "\n".join(body) + "\n", first, options)


class Page:
    """Pages that are being followed one after the other, in the current folder."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self.path = paths[0]
        self.module = ModuleType(self.path.stem.replace("-", "_") + "_page")
        self.module.__file__ = str(Path.cwd() / f"{self.module.__name__}.py")
        sys.modules[self.module.__name__] = self.module
        self.printed: str | None = None
        self.files: list[str] = []
        self.untested: list[str] = []
        self.reloading = False
        self.ports = {port: find_free_port() for port in ("5000", "8000")}
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CRUSE_", "FLASK_"))},
            "CRUSE_RUN_PORT": self.ports["5000"],
            "PORT": self.ports["5000"],
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "PYTHONUNBUFFERED": "1",
            "PYTEST_ADDOPTS": "-p no:randomly -p no:cacheprovider",
        }
        self.servers: list[tuple[subprocess.Popen[str], threading.Thread]] = []

    def follow(self) -> None:
        """Do what each block says.

        Raises:
            PageError: Something else happens than the page says.
        """
        try:
            for path in self.paths:
                self.path = path
                for block in iter_blocks(path.read_text()):
                    try:
                        self.run(block)
                    except Exception as exc:
                        raise PageError(f"{self.path}:{block.line}: {describe(exc)}") from exc
                self.expect_nothing_printed()
            self.import_files()
        finally:
            self.stop_servers()

    def run(self, block: Block) -> None:
        """Do what one block says."""
        if block.language != "text" or block.file:
            self.expect_nothing_printed()
        if block.file is not None:
            self.write_file(block.file, block)
        elif block.language == "python":
            self.run_python(block)
        elif block.language == "text":
            self.compare_printed(block)
        elif block.language == "console":
            self.run_console(block)
        else:
            parse(block)

    # Files

    def write_file(self, name: str, block: Block) -> None:
        path = Path(name)
        if path.is_absolute() or ".." in path.parts:
            raise PageError(f"{name} would lie outside of the page's folder.")
        if block.language == "diff":
            path.write_text(change(path.read_text(), block.code))
        elif block.is_continued:
            path.write_text(f"{path.read_text()}\n\n{block.code}")
            parse(block)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.code)
            parse(block)
        self.files.append(name)
        if path.name.startswith("test_"):
            self.untested.append(name)
        self.reloading = bool(self.servers)
        # A server in debug mode would start again after each file. It waits until it is asked.
        self.signal_servers(signal.SIGSTOP)
        self.forget_modules()

    def forget_modules(self) -> None:
        """Let the next import read the files again."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if file and module is not self.module and Path(file).is_relative_to(Path.cwd()):
                del sys.modules[name]

    def import_files(self) -> None:
        """Import every package in a process of its own, and run the tests that no command ran."""
        paths = {Path(name) for name in self.files if name.endswith(".py")}
        modules = sorted(module_name(path) for path in paths if is_importable(path))
        for _, names in groupby(modules, key=lambda name: name.partition(".")[0]):
            self.check([sys.executable, "-c", f"import {', '.join(names)}"])
        if self.untested:
            self.check([sys.executable, "-m", "pytest", "-q", *dict.fromkeys(self.untested)])

    def check(self, command: list[str]) -> None:
        done = subprocess.run(
            command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            raise PageError(f"{self.path}: {shlex.join(command)} failed:\n{done.stdout}")

    # Python

    def run_python(self, block: Block) -> None:
        # Line numbers in a traceback are then those of the page.
        source = "\n" * (block.line - 1) + block.code
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            exec(compile(source, str(self.path), "exec"), self.module.__dict__)
        self.printed = output.getvalue()

    def compare_printed(self, block: Block) -> None:
        if self.printed is None:
            raise PageError("A text block stands after Python that prints it, and nowhere else.")
        compare(block.code, self.printed)
        self.printed = None

    def expect_nothing_printed(self) -> None:
        if self.printed:
            raise PageError(f"The block before prints what the page does not show:\n{self.printed}")
        self.printed = None

    # Commands

    def run_console(self, block: Block) -> None:
        for command, expected in iter_commands(block.code):
            if command.startswith(("python -m pip install", "pip install")):
                check_requirements(command)
            elif command.startswith("python3 dev.py "):
                check_session(command.split()[2])
            elif command.startswith("cd "):
                os.chdir(command.removeprefix("cd "))
            elif command.startswith("export "):
                name = command.removeprefix("export ").partition("=")[0]
                self.env[name] = self.start_command(f'{command} && printf %s "${name}"').stdout
            elif SERVER.match(command):
                self.start_server(command, expected or "...Press CTRL+C to quit")
            elif LEFT_OUT.fullmatch(command):
                pass
            else:
                self.run_command(command, expected)
                if command.startswith("python -m pytest"):
                    self.untested.clear()

    def run_command(self, command: str, expected: str) -> None:
        if command.startswith("curl "):
            self.signal_servers(signal.SIGCONT)
        done = self.start_command(command)
        if self.reloading and command.startswith("curl "):
            # A server in debug mode takes a moment to notice the file that was just written.
            give_up = time.monotonic() + WAIT_SECONDS
            while not agrees(expected, self.without_ports(done.stdout)):
                if time.monotonic() > give_up:
                    break
                time.sleep(0.1)
                done = self.start_command(command)
            self.reloading = False
        printed = self.without_ports(done.stdout)
        compare(expected, printed)
        if done.returncode and not re.search("rror|failed|warning", expected):
            raise PageError(f"{command} ended with status {done.returncode}:\n{printed}")

    def start_command(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", CURL.sub(OUR_CURL, self.with_ports(command))],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2 * WAIT_SECONDS,
        )

    def start_server(self, command: str, expected: str) -> None:
        self.stop_servers()
        server = subprocess.Popen(
            ["bash", "-c", f"exec {self.with_ports(command)}"],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        lines: list[str] = []
        timer = threading.Timer(WAIT_SECONDS, server.kill)
        timer.start()
        assert server.stdout is not None
        for line in server.stdout:
            lines.append(line)
            if agrees(expected, self.without_ports("".join(lines))):
                break
        timer.cancel()
        # What it prints later must not fill the pipe.
        reader = threading.Thread(target=server.stdout.read)
        reader.start()
        self.servers.append((server, reader))
        compare(expected, self.without_ports("".join(lines)))

    def stop_servers(self) -> None:
        while self.servers:
            self.signal_servers(signal.SIGTERM)
            self.signal_servers(signal.SIGCONT)
            server, reader = self.servers.pop()
            server.wait(timeout=WAIT_SECONDS)
            reader.join()
            if server.stdout is not None:
                server.stdout.close()

    def signal_servers(self, number: signal.Signals) -> None:
        for server, _ in self.servers:
            if server.poll() is None:
                os.killpg(server.pid, number)

    def with_ports(self, command: str) -> str:
        return replace(command, self.ports)

    def without_ports(self, text: str) -> str:
        return replace(text, {used: shown for shown, used in self.ports.items()})


def parse(block: Block) -> None:
    """Parse a block that is not run."""
    parser = PARSERS.get(block.language)
    if parser is None:
        raise PageError(f"Nothing here can check a block of {block.language!r}.")
    parser(block.code)


def compile_python(code: str) -> None:
    """Compile *code* without running it."""
    compile(code, "block", "exec")


def parse_template(code: str) -> None:
    """Parse a template of Jinja2."""
    jinja2.Environment(autoescape=True).parse(code)


def parse_ini(code: str) -> None:
    """Parse a file with sections and keys."""
    configparser.ConfigParser(strict=False, interpolation=None).read_string(code)


def accept(code: str) -> None:
    """Accept a file whose content shows when the page uses it."""


PARSERS: dict[str, Callable[[str], object]] = {
    "css": accept,
    # Without a caption it changes nothing.
    "diff": accept,
    "html": parse_template,
    "ini": parse_ini,
    "javascript": accept,
    "jinja": parse_template,
    "json": json.loads,
    "mako": accept,
    # A picture made of letters.
    "none": accept,
    "python": compile_python,
    "sh": accept,
    "text": accept,
    "toml": tomllib.loads,
}


def change(text: str, diff: str) -> str:
    """Return *text* with the changes that *diff* shows.

    Raises:
        PageError: A place that changes is not there, or not the only one of its kind.
    """
    text = f"\n{text}"
    for place in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = place.splitlines(keepends=True)
        before = "".join(line[1:] or line for line in lines if not line.startswith("+"))
        after = "".join(line[1:] or line for line in lines if not line.startswith("-"))
        if text.count(f"\n{before}") != 1:
            raise PageError(f"In the file, this stands {text.count(before)} times:\n{before}")
        text = text.replace(f"\n{before}", f"\n{after}")
    return text[1:]


def module_name(path: Path) -> str:
    """Return under which name the module in *path* is imported."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_importable(path: Path) -> bool:
    """Return whether a file is a module, and not a test or a script of a tool."""
    if path.name.startswith(("test_", "conftest")):
        return False
    return all((folder / "__init__.py").exists() for folder in list(path.parents)[:-1])


def iter_commands(session: str) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console session, each with what it prints."""
    command: str | None = None
    output: list[str] = []
    for line in session.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, "\n".join(output)
            command, output = line[2:], []
        elif command is None:
            raise PageError(f"A console session starts with '$ ', not with {line!r}.")
        elif command.endswith("\\") and not output:
            command = command[:-1] + line.strip()
        else:
            output.append(line)
    if command is not None:
        yield command, "\n".join(output)


def check_requirements(command: str) -> None:
    """Raise PageError if a command installs a distribution, or an extra, that there is not.

    A path is one in the checkout.
    """
    for word in shlex.split(command):
        if word.startswith(".") and not (ROOT / word.partition("[")[0] / "pyproject.toml").exists():
            raise PageError(f"There is no distribution in the folder {word!r} of the checkout.")
        match = re.fullmatch(r"(?P<name>[A-Za-z][\w.-]*)(?:\[(?P<extras>[\w,-]+)\])?", word)
        if match is None or word in {"python", "pip", "install", "nox"}:
            continue
        try:
            provided = metadata(match["name"]).get_all("Provides-Extra") or []
        except PackageNotFoundError:
            raise PageError(f"There is no distribution {match['name']!r}.") from None
        missing = set((match["extras"] or "").split(",")) - {"", *provided}
        if missing:
            raise PageError(f"{match['name']} has no extra {', '.join(missing)}.")


def check_session(name: str) -> None:
    """Raise PageError if there is no session of that name."""
    if name != "everything" and f"\ndef {name}(session" not in (ROOT / "noxfile.py").read_text():
        raise PageError(f"noxfile.py has no session {name!r}.")


def compare(expected: str, printed: str) -> None:
    """Raise PageError unless *printed* is what the page shows."""
    if not agrees(expected, printed):
        raise PageError(f"The page shows\n{expected.rstrip()}\n-- but this is printed:\n{printed}")


def agrees(expected: str, printed: str) -> bool:
    """Return whether *printed* is what the page shows; `...` stands for anything."""
    parts = (re.escape(part) for part in ANYTHING.split(normalise(expected)))
    return re.fullmatch(".*?".join(parts), normalise(printed), re.DOTALL) is not None


def normalise(text: str) -> str:
    """Return *text* without colours and without white space at the ends of lines."""
    lines = ESCAPE_SEQUENCE.sub("", text).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def replace(text: str, ports: dict[str, str]) -> str:
    """Return *text* with other port numbers."""
    return re.sub(rf"\b(?:{'|'.join(ports)})\b", lambda match: ports[match[0]], text)


def find_free_port() -> str:
    """Return a port of 127.0.0.1 that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def describe(exc: Exception) -> str:
    """Return what went wrong, with a traceback if it was not foreseen."""
    return str(exc) if isinstance(exc, PageError) else traceback.format_exc()


def main() -> None:
    """Follow the pages that the arguments name."""
    *pages, folder = sys.argv[1:]
    paths = [Path(page).resolve() for page in pages]
    os.chdir(folder)
    sys.path.insert(0, folder)
    try:
        Page(paths).follow()
    except PageError as exc:
        sys.exit(str(exc))


if __name__ == "__main__":
    main()
