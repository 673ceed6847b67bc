"""Keep the readings of weather stations and serve them as JSON, on cruse-core alone.

No template engine and no command line are installed for it: any WSGI server takes `create_app()`,
and `python json_service.py` serves it with the development server.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from threading import Lock
from typing import Any

from cruse_core import App, Blueprint, Response, abort, current_app, jsonify, request, url_for

stations = Blueprint("stations", __name__, url_prefix="/stations")


class Readings:
    """Temperatures by station, in degrees Celsius, kept in memory and safe to share by threads."""

    def __init__(self, *, limit: int) -> None:
        """Keep the newest *limit* readings of each station."""
        self.limit = limit
        self._lock = Lock()
        self._by_station: dict[str, list[float]] = {}

    def names(self) -> list[str]:
        """Return the names of all stations in alphabetical order."""
        with self._lock:
            return sorted(self._by_station)

    def add(self, station: str, temperature: float) -> int:
        """Add a reading and return how many the station has now."""
        with self._lock:
            kept = self._by_station.setdefault(station, [])
            kept.append(temperature)
            del kept[: -self.limit]
            return len(kept)

    def find(self, station: str) -> list[float] | None:
        """Return the readings of *station*, oldest first; None if nobody has added one."""
        with self._lock:
            kept = self._by_station.get(station)
            return None if kept is None else list(kept)

    def remove(self, station: str) -> bool:
        """Forget *station* and return whether it was known."""
        with self._lock:
            return self._by_station.pop(station, None) is not None


def create_app(settings: Mapping[str, Any] | None = None) -> App:
    """Return the service as a WSGI application, with *settings* above the defaults."""
    app = App(__name__, static_folder=None)
    app.config.from_mapping(
        JSON_ERRORS="always", READINGS_PER_STATION=100, MAX_CONTENT_LENGTH=10_000
    )
    app.config.from_prefixed_env("STATIONS")
    app.config.from_mapping(settings)
    app.extensions["readings"] = Readings(limit=app.config["READINGS_PER_STATION"])
    app.register_blueprint(stations)
    return app


def readings() -> Readings:
    """Return what the current application keeps."""
    kept: Readings = current_app.extensions["readings"]
    return kept


@stations.get("/")
def index() -> dict[str, Any]:
    """List the stations with the addresses of their readings."""
    return {
        "stations": [
            {"name": name, "url": url_for("stations.show", station=name)}
            for name in readings().names()
        ]
    }


@stations.post("/<station>/readings")
def add(station: str) -> tuple[Response, int, dict[str, str]]:
    """Take one reading, such as `{"temperature": 21.5}`."""
    sent = request.get_json()
    temperature = sent.get("temperature") if isinstance(sent, dict) else None
    if isinstance(temperature, bool) or not isinstance(temperature, int | float):
        abort(422, "Send a JSON object with a number as its temperature.")
    count = readings().add(station, float(temperature))
    location = url_for("stations.show", station=station)
    return jsonify(station=station, count=count), 201, {"Location": location}


@stations.get("/<station>")
def show(station: str) -> dict[str, Any]:
    """Show the readings of a station and their mean."""
    kept = readings().find(station)
    if kept is None:
        abort(404, f"There is no station {station!r}.")
    return {"station": station, "readings": kept, "mean": round(fmean(kept), 2)}


@stations.delete("/<station>")
def remove(station: str) -> tuple[str, int]:
    """Forget a station."""
    if not readings().remove(station):
        abort(404, f"There is no station {station!r}.")
    return "", 204


if __name__ == "__main__":
    create_app().run()
