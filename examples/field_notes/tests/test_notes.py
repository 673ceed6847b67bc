from datetime import date, timedelta

import pytest

from field_notes.testing import Visitor


class TestWrite:
    def test_note_is_shown_with_all_its_parts(self, wren: Visitor) -> None:
        path = wren.write(
            title="  Heron at   first light ",
            observed_on="2025-06-21",
            place="Reed lake",
            body="It stood **still**.\r\n\r\n- one\r\n- two",
            tags="Birds, #water,, birds ",
        )
        page = wren.get(path).text
        assert "<h1>Heron at first light</h1>" in page
        assert "21 June 2025" in page
        assert "Reed lake" in page
        assert "<strong>still</strong>" in page
        assert "<li>two</li>" in page
        assert page.count("/notes/?tag=birds") == 1
        assert page.count("/notes/?tag=water") == 1
        assert "Noted." in page

    def test_new_note_is_of_today_unless_said_otherwise(self, wren: Visitor) -> None:
        assert f'value="{date.today()}"' in wren.get("/notes/new").text

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"title": ""}, "Give the note a title."),
            ({"title": "   "}, "Give the note a title."),
            ({"title": "x" * 121}, "At most 120 characters."),
            ({"place": "x" * 121}, "At most 120 characters."),
            ({"body": "x" * 20_001}, "At most 20000 characters."),
            ({"observed_on": ""}, "When was it?"),
            ({"observed_on": "yesterday"}, "Not a valid date"),
            ({"observed_on": "1699-12-31"}, "Choose a day between"),
            ({"observed_on": str(date.today() + timedelta(days=2))}, "Choose a day between"),
            ({"tags": "x" * 33}, "is longer than 32 characters."),
            ({"tags": ",".join(f"t{n}" for n in range(13))}, "At most 12 tags"),
            ({"picture_alt": "x" * 201}, "At most 200 characters."),
        ],
    )
    def test_bad_input_is_named_and_the_text_kept(
        self, wren: Visitor, fields: dict[str, str], problem: str
    ) -> None:
        wanted = wren.note_fields(**{"body": "hours of work", **fields})
        response = wren.send("/notes/new", wanted)
        assert response.status_code == 400
        assert problem in response.text
        assert "hours of work" in response.text or "body" in fields
        assert "A blank page" in wren.get("/notes/").text

    def test_expired_form_comes_back_with_its_text(self, wren: Visitor) -> None:
        fields = wren.note_fields(title="Hard to find again")
        response = wren.client.post("/notes/new", data=fields)
        assert response.status_code == 400
        assert "Nothing is lost" in response.text
        assert 'value="Hard to find again"' in response.text

    @pytest.mark.parametrize("token", ["", "x", "##", "20991231235959##abc", "ä##ö"])
    def test_forged_csrf_token_writes_nothing(self, wren: Visitor, token: str) -> None:
        fields = wren.note_fields(csrf_token=token)
        assert wren.client.post("/notes/new", data=fields).status_code == 400
        assert "A blank page" in wren.get("/notes/").text

    def test_characters_that_no_database_keeps_are_dropped(self, wren: Visitor) -> None:
        path = wren.write(title="A\x00wren", body="so\x00 small", tags="bi\x00rds", place="\x00")
        page = wren.get(path).text
        assert "<h1>Awren</h1>" in page
        assert "so small" in page

    def test_html_of_the_writer_is_shown_as_text(self, wren: Visitor) -> None:
        attack = "<script>alert(1)</script>"
        path = wren.write(
            title=attack,
            place=attack,
            tags=attack,
            body=f"{attack}\n\n[click](javascript:alert(1)) <img src=x onerror=alert(1)>",
        )
        for page in (wren.get(path), wren.get("/notes/"), wren.get(f"{path}/edit")):
            assert attack not in page.text
            assert 'href="javascript:' not in page.text
            assert "<img src=x" not in page.text
            assert "&lt;script&gt;" in page.text


class TestShow:
    @pytest.mark.parametrize("action", ["", "/edit", "/delete", "/picture"])
    def test_note_of_somebody_else_is_unknown(
        self, wren: Visitor, stranger: Visitor, action: str
    ) -> None:
        path = wren.write()
        assert stranger.get(path + action).status_code == 404

    def test_note_of_somebody_else_cannot_be_changed(
        self, wren: Visitor, stranger: Visitor
    ) -> None:
        path = wren.write(title="Mine")
        fields = stranger.note_fields(title="Yours")
        assert stranger.client.post(f"{path}/edit", data=fields).status_code == 404
        assert stranger.client.post(f"{path}/delete").status_code == 404
        assert "<h1>Mine</h1>" in wren.get(path).text

    @pytest.mark.parametrize(
        "path", ["/notes/99", "/notes/0", "/notes/2147483648", f"/notes/{10**30}", "/notes/x"]
    )
    def test_unknown_note_is_not_found(self, wren: Visitor, path: str) -> None:
        assert wren.get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/notes/", "/notes/1", "/notes/new", "/notes/1/edit"])
    def test_visitors_are_sent_to_the_door(self, visitor: Visitor, path: str) -> None:
        response = visitor.get(path)
        assert response.status_code == 303
        assert response.location == f"/sign-in?next={path}"


class TestEdit:
    def test_form_holds_the_note(self, wren: Visitor) -> None:
        path = wren.write(title="A wren", tags="birds, garden", body="Small & loud")
        page = wren.get(f"{path}/edit").text
        assert 'value="A wren"' in page
        assert 'value="birds, garden"' in page
        assert "Small &amp; loud" in page

    def test_changes_are_kept(self, wren: Visitor) -> None:
        path = wren.write(title="A wren", tags="birds, garden")
        fields = wren.note_fields(title="Two wrens", tags="birds, winter", body="A pair.")
        assert wren.send(f"{path}/edit", fields).location == path
        page = wren.get(path).text
        assert "<h1>Two wrens</h1>" in page
        assert "tag=winter" in page
        assert "tag=garden" not in page
        assert "The note is up to date." in page

    def test_search_finds_the_new_text_only(self, wren: Visitor) -> None:
        path = wren.write(title="A wren", tags="garden")
        wren.send(f"{path}/edit", wren.note_fields(title="A robin", tags="wood"))
        assert "0 notes" in wren.get("/notes/?q=wren").text
        assert "0 notes" in wren.get("/notes/?q=garden").text
        assert "1 note" in wren.get("/notes/?q=robin").text

    def test_all_tags_can_be_removed(self, wren: Visitor) -> None:
        path = wren.write(tags="birds")
        wren.send(f"{path}/edit", wren.note_fields(tags=""))
        assert "tag=" not in wren.get(path).text

    def test_bad_input_leaves_the_note_as_it_was(self, wren: Visitor) -> None:
        path = wren.write(title="A wren")
        assert wren.send(f"{path}/edit", wren.note_fields(title="")).status_code == 400
        assert "<h1>A wren</h1>" in wren.get(path).text


class TestDelete:
    def test_asks_first(self, wren: Visitor) -> None:
        path = wren.write(title="A wren")
        assert "Tear out this page?" in wren.get(f"{path}/delete").text
        assert wren.get(path).status_code == 200

    def test_note_is_gone_afterwards(self, wren: Visitor) -> None:
        path = wren.write(title="A wren", tags="birds")
        assert wren.send(f"{path}/delete").location == "/notes/"
        page = wren.get("/notes/").text
        assert "“A wren” is gone from the notebook." in page
        assert "tag=birds" not in page
        assert wren.get(path).status_code == 404

    def test_needs_the_button_of_our_page(self, wren: Visitor) -> None:
        path = wren.write()
        response = wren.client.post(f"{path}/delete")
        assert response.status_code == 400
        assert "This form had expired." in response.text
        assert wren.get(path).status_code == 200


class TestIndex:
    def test_newest_observation_comes_first(self, wren: Visitor) -> None:
        for title, day in (("Middle", "2025-02-01"), ("Old", "2025-01-01"), ("New", "2025-03-01")):
            wren.write(title=title, observed_on=day)
        page = wren.get("/notes/").text
        assert page.index(">New<") < page.index(">Middle<") < page.index(">Old<")

    def test_long_notebooks_come_in_pages(self, wren: Visitor) -> None:
        for day in range(1, 8):
            wren.write(title=f"Day {day}", observed_on=f"2025-01-0{day}", tags="diary")
        first = wren.get("/notes/?q=day&tag=diary").text
        assert "Page 1 of 3" in first
        assert "Newer" not in first
        assert "/notes/?q=day&amp;tag=diary&amp;page=2" in first
        last = wren.get("/notes/?q=day&tag=diary&page=3").text
        assert ">Day 1<" in last
        assert ">Day 2<" not in last
        assert "Older" not in last

    @pytest.mark.parametrize("page", ["0", "-1", "2", str(10**30)])
    def test_page_that_does_not_exist_is_not_found(self, wren: Visitor, page: str) -> None:
        assert wren.get(f"/notes/?page={page}").status_code == 404

    def test_page_that_is_no_number_is_the_first(self, wren: Visitor) -> None:
        assert wren.get("/notes/?page=two").status_code == 200

    def test_shows_no_note_of_somebody_else(self, wren: Visitor, stranger: Visitor) -> None:
        wren.write(title="A wren", tags="birds")
        page = stranger.get("/notes/").text
        assert "A wren" not in page
        assert "tag=birds" not in page
        assert "0 notes" in stranger.get("/notes/?q=wren").text
        assert "0 notes" in stranger.get("/notes/?tag=birds").text

    def test_tags_are_counted(self, wren: Visitor) -> None:
        wren.write(tags="birds, water")
        wren.write(tags="birds")
        page = wren.get("/notes/").text
        assert 'birds<span class="count">2</span>' in page
        assert 'water<span class="count">1</span>' in page

    def test_tag_leads_to_its_notes(self, wren: Visitor) -> None:
        wren.write(title="A wren", tags="birds")
        wren.write(title="A newt", tags="water")
        page = wren.get("/notes/?tag=Birds").text
        assert "A wren" in page
        assert "A newt" not in page


class TestSearch:
    @pytest.fixture(autouse=True)
    def notes(self, wren: Visitor) -> None:
        wren.write(
            title="Ein ÜBERFLIEGER", place="Straße am Weiher", body="Жук on 100% oak", tags="käfer"
        )
        wren.write(title="Another note", body="under_score and 1000 oaks")

    @pytest.mark.parametrize(
        "query",
        [
            "überflieger",
            "STRASSE",
            "weiher EIN",
            "ЖУК",
            "KÄFER",
            "100%",
            "  100%   oak ",
            "flieg",
            "oak ein",
        ],
    )
    def test_finds_title_place_tags_and_text_in_any_case(self, wren: Visitor, query: str) -> None:
        page = wren.get("/notes/", query_string={"q": query}).text
        assert "1 note " in page
        assert "Ein ÜBERFLIEGER" in page

    @pytest.mark.parametrize("query", ["ein absent", "a%k", "over_lieger", "\\", "_____"])
    def test_all_words_must_occur_and_nothing_is_a_wildcard(
        self, wren: Visitor, query: str
    ) -> None:
        assert "0 notes" in wren.get("/notes/", query_string={"q": query}).text

    @pytest.mark.parametrize("query", ["", "   ", "\x00"])
    def test_empty_search_shows_all(self, wren: Visitor, query: str) -> None:
        assert "2 notes" in wren.get("/notes/", query_string={"q": query}).text

    def test_very_long_search_is_answered(self, wren: Visitor) -> None:
        response = wren.get("/notes/", query_string={"q": "x " * 4000, "tag": "y" * 4000})
        assert response.status_code == 200

    def test_query_is_shown_as_text(self, wren: Visitor) -> None:
        page = wren.get("/notes/", query_string={"q": '"><script>'}).text
        assert "<script>" not in page
