"""The extensions, made once and given to the application by its factory."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, current_app, request, session
from flask_admin import Admin
from flask_babel import Babel, lazy_gettext
from flask_caching import Cache
from flask_cors import CORS
from flask_debugtoolbar import DebugToolbarExtension
from flask_jwt_extended import JWTManager
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, current_user
from flask_mailman import Mail
from flask_marshmallow import Marshmallow
from flask_migrate import Migrate
from flask_session import Session
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy
from flask_talisman import Talisman
from flask_wtf import CSRFProtect

db = SQLAlchemy()
migrate = Migrate(directory=str(Path(__file__).parent / "migrations"))
marshmallow = Marshmallow()
sessions = Session()
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
cache = Cache()
cors = CORS()
limiter = Limiter(get_remote_address, default_limits=["1000 per day"])
mail = Mail()
tokens = JWTManager()
talisman = Talisman()
api = Api()
toolbar = DebugToolbarExtension()

login.login_view = login.refresh_view = "accounts.log_in"
login.login_message = lazy_gettext("Please log in first.")
login.needs_refresh_message = lazy_gettext("Please give your password again.")


def init_app(app: Flask) -> None:
    """Set up every extension; the order is that of their hooks."""
    sessions.init_app(app)
    talisman.init_app(
        app,
        content_security_policy={"default-src": "'self'"},
        content_security_policy_nonce_in=["script-src", "style-src"],
    )
    db.init_app(app)
    migrate.init_app(app, db)
    marshmallow.init_app(app)
    login.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=find_language)
    cache.init_app(app)
    cors.init_app(app, resources={r"/api/*": {"origins": ["https://friends.example"]}})
    limiter.init_app(app)
    mail.init_app(app)
    tokens.init_app(app)
    api.init_app(app)
    toolbar.init_app(app)


def make_admin(app: Flask) -> Admin:
    """Return the administration of *app*; its scripts get the nonce of Flask-Talisman."""
    return Admin(app, name="Guestbook", csp_nonce_generator=app.jinja_env.globals["csp_nonce"])


def find_language() -> str | None:
    """Return the language of this request: chosen, of the account, or of the browser."""
    if "language" in session:
        return str(session["language"])
    if current_user.is_authenticated and current_user.language:
        return str(current_user.language)
    return request.accept_languages.best_match(current_app.config["LANGUAGES"])
