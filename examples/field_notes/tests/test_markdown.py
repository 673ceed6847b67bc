import pytest

from field_notes.markdown import excerpt, render_markdown


class TestRenderMarkdown:
    def test_renders_the_usual_elements(self) -> None:
        html = render_markdown("A **b** *c* ~~d~~ `e`\n\n> f\n\n1. g\n\n| h |\n|---|\n| i |")
        for part in ("<strong>b", "<em>c", "<s>d", "<code>e", "<blockquote>", "<ol>", "<td>i"):
            assert part in html

    def test_headings_stand_below_the_title_of_the_note(self) -> None:
        html = render_markdown("# One\n\n## Two\n\n###### Six")
        assert "<h2>One</h2>" in html
        assert "<h3>Two</h3>" in html
        assert "<h6>Six</h6>" in html
        assert "<h1" not in html

    def test_links_tell_nothing_about_the_notebook(self) -> None:
        html = render_markdown("[a](https://example.com)")
        assert 'rel="noopener noreferrer nofollow"' in html

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "[a](JaVaScRiPt&colon;alert(1))",
            "[a](data:text/html;base64,PHNjcmlwdD4=)",
            "[a](vbscript:x)",
            "<a href='x' onclick='alert(1)'>a</a>",
            "![a](https://example.com/track.gif)",
            "<iframe src='//example.com'></iframe>",
            '[a](https://x.example "\\" onmouseover=alert(1) x=\\"")',
            "<div style='position:fixed'>a</div>",
        ],
    )
    def test_lets_no_active_content_through(self, attack: str) -> None:
        html = render_markdown(attack)
        assert "<script" not in html
        assert "<img" not in html
        assert "<iframe" not in html
        assert "<div" not in html
        assert 'href="javascript' not in html.lower()
        assert 'href="data' not in html
        assert 'href="vbscript' not in html
        assert "' on" not in html or "&" in html
        assert '" on' not in html


class TestExcerpt:
    def test_drops_the_markup(self) -> None:
        assert excerpt("# Heron\n\nIt **stood** [still](https://x.example).\n\n- a\n- b") == (
            "Heron · It stood still. a · b"
        )

    def test_keeps_the_cells_and_rows_of_a_table_apart(self) -> None:
        assert excerpt("| | Lady |\n|---|---|\n| Scales | dark, narrow |\n\nEnd.") == (
            "Lady · Scales | dark, narrow · End."
        )

    def test_ends_between_two_words(self) -> None:
        text = excerpt("wren " * 100, 23)
        assert text == "wren wren wren wren …"

    def test_shows_what_looks_like_html(self) -> None:
        assert excerpt("1 < 2 & <b>") == "1 < 2 & <b>"

    def test_is_empty_for_an_empty_note(self) -> None:
        assert excerpt("") == ""
