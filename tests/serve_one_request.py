"""Serve one request from the installed framework: the last step of `python3 dev.py build`.

It runs where nothing but the six distributions and what they need is installed.
"""

from __future__ import annotations

import sys
import threading
import urllib.request

from werkzeug.serving import make_server

from cruse import Cruse, render_template_string

app = Cruse("greeter", static_folder=None)


@app.get("/hello/<name>")
def hello(name: str) -> str:
    """Greet by way of a template, so that every part has its share."""
    return render_template_string("Hello, {{ name }}!", name=name)


def main() -> None:
    """Ask a real server for one page; exit with an error if the answer is wrong."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/hello/wheels") as answer:
            body = answer.read().decode()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    if body != "Hello, wheels!":
        sys.exit(f"The installed framework answered {body!r} instead of 'Hello, wheels!'.")
    print(f"The installed framework answered: {body}")


if __name__ == "__main__":
    main()
