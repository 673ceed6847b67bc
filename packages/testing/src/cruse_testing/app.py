"""What an app offers to its tests: a client, and the context of a request that nobody sent."""

from __future__ import annotations

from typing import Any

from cruse_core import App, RequestContext
from cruse_testing.client import Client
from cruse_testing.environ import EnvironBuilder


class TestingApp(App):
    """An app that tests can send requests to."""

    # Its name looks like a test's to pytest.
    __test__ = False

    # Class of the clients; None for `Client`.
    test_client_class: type[Client] | None = None

    def test_client(self, use_cookies: bool = True, **kwargs: Any) -> Client:  # noqa: PT028 - no test
        """Make a client that sends requests to this app.

        Args:
            use_cookies: Whether it keeps cookies from one request to the next.
            **kwargs: For the constructor of `test_client_class`.
        """
        client_class = self.test_client_class or Client
        return client_class(self, self.response_class, use_cookies=use_cookies, **kwargs)

    def test_request_context(self, *args: Any, **kwargs: Any) -> RequestContext:
        """Make the context of a request that is not sent; use it with `with`.

        No hook and no view runs: call `preprocess_request()` where the hooks are wanted.

        Args:
            *args: Of `EnvironBuilder`, the path first.
            **kwargs: Of the same.
        """
        builder = EnvironBuilder(self, *args, **kwargs)
        try:
            return self.request_context(builder.get_environ())
        finally:
            builder.close()
