"""What is known about an endpoint before a request for it arrives.

The tables that people register into are public and mutable. Each of them forgets the plans when it
changes, so a plan never has to be checked against them while a request is served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial, wraps
from typing import Any, Final, Generic, TypeAlias, TypeVar

from cruse_core.teardown import call_each
from cruse_core.text_cache import TextCache
from cruse_core.types import AppOrBlueprintKey, RouteCallable

F = TypeVar("F", bound=Callable[..., Any])


def split_blueprint_path(name: str) -> tuple[str, ...]:
    """Return the full names of a blueprint and of its parents, innermost first.

    >>> split_blueprint_path("shop.admin")
    ('shop.admin', 'shop')
    """
    return _BLUEPRINT_PATHS[name]


def _split(name: str) -> tuple[str, ...]:
    parts = name.split(".")
    return tuple(".".join(parts[:count]) for count in range(len(parts), 0, -1))


# `url_for` may be given an endpoint that a client has chosen.
_BLUEPRINT_PATHS: Final = TextCache(_split, most=1024)


def blueprint_names(endpoint: str | None) -> tuple[str, ...]:
    """Return the blueprints that *endpoint* belongs to, innermost first; () for the app's own."""
    if endpoint is None or "." not in endpoint:
        return ()
    return split_blueprint_path(endpoint.rpartition(".")[0])


class Plan:
    """The view of one endpoint and the hooks around it, in the order in which they run.

    Every callable is already synchronous: `App.ensure_sync` has seen it.
    """

    # PERF: a dataclass is compiled at every start (benchmarks/startup.py).

    __slots__ = (
        "after",
        "before",
        "endpoint",
        "is_direct",
        "stale",
        "teardown",
        "value_preprocessors",
        "view",
    )

    def __init__(
        self,
        *,
        endpoint: str | None,
        view: RouteCallable | None,
        value_preprocessors: tuple[Callable[..., Any], ...],
        before: tuple[Callable[..., Any], ...],
        after: tuple[Callable[..., Any], ...],
        teardown: tuple[Callable[..., Any], ...],
    ) -> None:
        self.endpoint = endpoint
        self.view = view
        self.value_preprocessors = value_preprocessors
        self.before = before
        self.after = after
        self.teardown = teardown
        # Whether nothing but `before` stands between the match and the view.
        self.is_direct = not value_preprocessors and view is not None
        # True once something has been registered since: a request that holds the plan gets a new
        # one.
        self.stale = False


class Plans(dict[str | None, Plan]):
    """The plans made so far, by endpoint; None stands for a request that matched no rule."""

    def forget(self) -> None:
        """Throw away every plan, and tell the requests that hold one."""
        for plan in tuple(self.values()):
            plan.stale = True
        self.clear()


def _forgetting(method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a mutating method of a built-in container so that plans are forgotten afterwards."""

    @wraps(method)
    def mutate(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        finally:
            self.plans.forget()

    return mutate


class HookList(list[F]):
    """The hooks of one app or blueprint, in the order of their registration."""

    def __init__(self, plans: Plans, hooks: Iterable[F] = ()) -> None:
        super().__init__(hooks)
        self.plans = plans

    append = _forgetting(list.append)
    clear = _forgetting(list.clear)
    extend = _forgetting(list.extend)
    insert = _forgetting(list.insert)
    pop = _forgetting(list.pop)
    remove = _forgetting(list.remove)
    reverse = _forgetting(list.reverse)
    sort = _forgetting(list.sort)
    __delitem__ = _forgetting(list.__delitem__)
    __iadd__ = _forgetting(list.__iadd__)
    __imul__ = _forgetting(list.__imul__)
    __setitem__ = _forgetting(list.__setitem__)


class HookTable(dict[AppOrBlueprintKey, list[F]], Generic[F]):
    """Hooks by blueprint name, None for those of the whole app.

    A missing key reads as an empty list that is kept, as in `collections.defaultdict`.
    """

    def __init__(self, plans: Plans) -> None:
        super().__init__()
        self.plans = plans

    def __missing__(self, key: AppOrBlueprintKey) -> list[F]:
        self[key] = []
        return self[key]

    def __setitem__(self, key: AppOrBlueprintKey, hooks: Iterable[F]) -> None:
        super().__setitem__(key, HookList(self.plans, hooks))
        self.plans.forget()

    def setdefault(self, key: AppOrBlueprintKey, default: Iterable[F] | None = None, /) -> list[F]:
        """Return the hooks under *key*, which become *default* if there are none yet."""
        if key not in self:
            self[key] = () if default is None else default
        return self[key]

    def update(  # type: ignore[override]  # dict's overloads also take keyword names
        self, other: Mapping[AppOrBlueprintKey, Iterable[F]], /
    ) -> None:
        """Take over the hooks of *other*; lists of the same key are replaced."""
        for key, hooks in other.items():
            self[key] = hooks

    def __ior__(  # type: ignore[override,misc]  # dict's overloads also take pairs
        self, other: Mapping[AppOrBlueprintKey, Iterable[F]]
    ) -> HookTable[F]:
        self.update(other)
        return self

    clear = _forgetting(dict.clear)
    pop = _forgetting(dict.pop)
    popitem = _forgetting(dict.popitem)
    __delitem__ = _forgetting(dict.__delitem__)


class ViewTable(dict[str, RouteCallable]):
    """Views by endpoint."""

    def __init__(self, plans: Plans) -> None:
        super().__init__()
        self.plans = plans

    clear = _forgetting(dict.clear)
    pop = _forgetting(dict.pop)
    popitem = _forgetting(dict.popitem)
    setdefault = _forgetting(dict.setdefault)
    update = _forgetting(dict.update)
    __delitem__ = _forgetting(dict.__delitem__)
    __ior__ = _forgetting(dict.__ior__)
    __setitem__ = _forgetting(dict.__setitem__)


def make_plan(
    endpoint: str | None,
    *,
    plans: Plans,
    views: Mapping[str, RouteCallable],
    value_preprocessors: Mapping[AppOrBlueprintKey, list[Any]],
    before: Mapping[AppOrBlueprintKey, list[Any]],
    after: Mapping[AppOrBlueprintKey, list[Any]],
    teardown: Mapping[AppOrBlueprintKey, list[Any]],
    ensure_sync: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> Plan:
    """Put together what is registered for *endpoint*.

    Hooks that prepare a request run from the app inwards, in the order of their registration;
    those that follow it run the other way round. A table that does not tell *plans* of its changes,
    because somebody has set it, is read anew by each request.
    """
    inner_first: tuple[str | None, ...] = (*blueprint_names(endpoint), None)
    outer_first = inner_first[::-1]

    def find_hooks(
        table: Mapping[AppOrBlueprintKey, list[Any]],
        run: Callable[..., Any],
        *,
        outwards: bool = False,
        convert: Callable[[Callable[..., Any]], Callable[..., Any]] = ensure_sync,
    ) -> tuple[Callable[..., Any], ...]:
        def iter_hooks() -> Iterator[Callable[..., Any]]:
            for name in inner_first if outwards else outer_first:
                if name in table:
                    hooks = table[name]
                    yield from map(convert, reversed(hooks) if outwards else hooks)

        return tuple(iter_hooks()) if _tells(table, plans) else (partial(run, iter_hooks),)

    return Plan(
        endpoint=endpoint,
        view=_find_view(views, endpoint, plans, ensure_sync),
        value_preprocessors=find_hooks(value_preprocessors, _preprocess, convert=_leave),
        before=find_hooks(before, _run_before),
        after=find_hooks(after, _run_after, outwards=True),
        teardown=find_hooks(teardown, _run_teardown, outwards=True),
    )


def _find_view(
    views: Mapping[str, RouteCallable],
    endpoint: str | None,
    plans: Plans,
    ensure_sync: Callable[[Callable[..., Any]], Callable[..., Any]],
) -> Callable[..., Any] | None:
    if endpoint is None:
        return None
    if not _tells(views, plans):
        return lambda **values: ensure_sync(views[endpoint])(**values)
    view = views.get(endpoint)
    return None if view is None else ensure_sync(view)


def _tells(table: object, plans: Plans) -> bool:
    return getattr(table, "plans", None) is plans


def _leave(hook: Callable[..., Any]) -> Callable[..., Any]:
    return hook


# How the hooks of a table run that is read anew each time: `pipeline.py` does the same with others.

_IterHooks: TypeAlias = Callable[[], Iterator[Callable[..., Any]]]


def _preprocess(iter_hooks: _IterHooks, endpoint: str | None, values: dict[str, Any]) -> None:
    for hook in iter_hooks():
        hook(endpoint, values)


def _run_before(iter_hooks: _IterHooks) -> Any:
    for hook in iter_hooks():
        rv = hook()
        if rv is not None:
            return rv
    return None


def _run_after(iter_hooks: _IterHooks, response: Any) -> Any:
    for hook in iter_hooks():
        response = hook(response)
    return response


def _run_teardown(iter_hooks: _IterHooks, exc: BaseException | None) -> None:
    call_each(iter_hooks(), exc)
