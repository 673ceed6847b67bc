"""What an app offers to its tests: a client, and the context of a request that nobody sent.

Both are taken from the package itself, which imports them when they are needed.
"""

from __future__ import annotations

from typing import Any

import cruse_testing
from cruse_core import App, RequestContext


class TestingApp(App):
    """An app that tests can send requests to."""

    # Its name looks like a test's to pytest.
    __test__ = False

    #: Class of the clients; None for `Client`.
    test_client_class: type[cruse_testing.Client] | None = None

    def test_client(self, use_cookies: bool = True, **kwargs: Any) -> cruse_testing.Client:  # noqa: PT028 - no test
        """Make a client that sends requests to this app.

        Args:
            use_cookies: Whether it keeps cookies from one request to the next.
            **kwargs: For the constructor of `test_client_class`.
        """
        client_class = self.test_client_class or cruse_testing.Client
        return client_class(self, self.response_class, use_cookies=use_cookies, **kwargs)

    def test_request_context(self, *args: Any, **kwargs: Any) -> RequestContext:
        """Make the context of a request that is not sent; use it with `with`.

        No hook and no view runs: call `preprocess_request()` where the hooks are wanted.

        Args:
            *args: Of `EnvironBuilder`, the path first.
            **kwargs: Of the same.
        """
        builder = cruse_testing.EnvironBuilder(self, *args, **kwargs)
        try:
            return self.request_context(builder.get_environ())
        finally:
            builder.close()
