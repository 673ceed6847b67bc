"""What a server loads: the program, told to believe the one proxy in front of it."""

from __future__ import annotations

from werkzeug.middleware.proxy_fix import ProxyFix

from notes import create_app

app = create_app()
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
