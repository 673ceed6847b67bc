"""The JSON service answers as its README says, with nothing but cruse-core installed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.request import Request, urlopen

import pytest
from werkzeug.serving import make_server
from werkzeug.test import Client

from json_service import create_app

SERVICE_FOLDER = Path(__file__).parents[1]


@pytest.fixture
def client() -> Client:
    return Client(create_app({"READINGS_PER_STATION": 3}))


@pytest.fixture
def server_url() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app())
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TestReadings:
    def test_a_new_service_has_no_stations(self, client: Client) -> None:
        assert client.get("/stations/").json == {"stations": []}

    def test_a_reading_creates_its_station(self, client: Client) -> None:
        created = client.post("/stations/harbour/readings", json={"temperature": 21.5})

        assert created.status_code == 201
        assert created.json == {"station": "harbour", "count": 1}
        assert created.headers["Location"] == "/stations/harbour"
        assert client.get("/stations/").json == {
            "stations": [{"name": "harbour", "url": "/stations/harbour"}]
        }

    def test_a_station_shows_its_newest_readings_and_their_mean(self, client: Client) -> None:
        for temperature in (99, 1, 2, 4.5):
            client.post("/stations/harbour/readings", json={"temperature": temperature})

        shown = client.get("/stations/harbour").json

        assert shown == {"station": "harbour", "readings": [1.0, 2.0, 4.5], "mean": 2.5}

    def test_a_station_can_be_forgotten(self, client: Client) -> None:
        client.post("/stations/harbour/readings", json={"temperature": 1})

        assert client.delete("/stations/harbour").status_code == 204
        assert client.get("/stations/harbour").status_code == 404

    def test_two_services_share_nothing(self, client: Client) -> None:
        client.post("/stations/harbour/readings", json={"temperature": 1})

        assert Client(create_app()).get("/stations/").json == {"stations": []}


class TestErrors:
    def test_an_unknown_station_is_named(self, client: Client) -> None:
        answer = client.get("/stations/moon")

        assert answer.status_code == 404
        assert answer.json == {
            "type": "about:blank",
            "title": "Not Found",
            "status": 404,
            "detail": "There is no station 'moon'.",
        }

    @pytest.mark.parametrize("body", [{}, {"temperature": "warm"}, {"temperature": True}, [1]])
    def test_a_reading_without_a_number_is_refused(self, client: Client, body: object) -> None:
        answer = client.post("/stations/harbour/readings", json=body)

        assert answer.status_code == 422
        assert client.get("/stations/").json == {"stations": []}

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{", "application/json", 400),
            (b"temperature=1", "application/x-www-form-urlencoded", 415),
            (b" " * 20_000, "application/json", 413),
        ],
    )
    def test_what_is_not_json_or_too_long_is_refused_in_json(
        self, client: Client, body: bytes, content_type: str, status: int
    ) -> None:
        answer = client.post("/stations/x/readings", data=body, content_type=content_type)

        assert answer.status_code == status
        assert answer.json is not None
        assert answer.json["status"] == status

    def test_a_wrong_method_is_refused_in_json(self, client: Client) -> None:
        answer = client.put("/stations/harbour")

        assert answer.status_code == 405
        assert answer.mimetype == "application/problem+json"
        assert "GET" in answer.allow


class TestServing:
    def test_a_server_answers_over_the_network(self, server_url: str) -> None:
        sent = Request(
            f"{server_url}/stations/harbour/readings",
            data=b'{"temperature": 3}',
            headers={"Content-Type": "application/json"},
        )
        with urlopen(sent) as created:
            assert created.status == 201

        with urlopen(f"{server_url}/stations/harbour") as shown:
            assert json.load(shown) == {"station": "harbour", "readings": [3.0], "mean": 3.0}

    def test_neither_jinja2_nor_click_is_needed(self) -> None:
        program = (
            "import sys; sys.modules['jinja2'] = sys.modules['click'] = None; "
            "from json_service import create_app; from werkzeug.test import Client; "
            "print(Client(create_app()).get('/stations/').text.strip())"
        )
        finished = subprocess.run(
            [sys.executable, "-c", program],
            cwd=SERVICE_FOLDER,
            capture_output=True,
            text=True,
            check=True,
        )

        assert json.loads(finished.stdout) == {"stations": []}
