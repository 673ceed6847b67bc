"""Settings for trying the guestbook; `GUESTBOOK_<NAME>` in the environment wins."""

SECRET_KEY = "only for trying it out"

SQLALCHEMY_DATABASE_URI = "sqlite:///guestbook.sqlite"

# Flask-Session keeps sessions on the server; the cookie carries their number.
SESSION_TYPE = "cachelib"
SESSION_COOKIE_SECURE = True

CACHE_TYPE = "SimpleCache"
CACHE_DEFAULT_TIMEOUT = 3600

RATELIMIT_STORAGE_URI = "memory://"
RATELIMIT_HEADERS_ENABLED = True

BABEL_DEFAULT_LOCALE = "en"
LANGUAGES = ["en", "de"]

MAIL_BACKEND = "locmem"
MAIL_DEFAULT_SENDER = "guestbook@guestbook.example"
KEEPERS_ADDRESS = "keeper@guestbook.example"

JWT_SECRET_KEY = "also only for trying it out, but longer"

API_TITLE = "Guestbook"
API_VERSION = "1"
OPENAPI_VERSION = "3.1.0"
OPENAPI_URL_PREFIX = "/api"

DEBUG_TB_ENABLED = False
DEBUG_TB_INTERCEPT_REDIRECTS = False
