from field_notes.text import split_tags, tidy_block, tidy_line, tidy_tag


class TestTidy:
    def test_block_keeps_lines_with_one_kind_of_end(self) -> None:
        assert tidy_block(" a\r\nb\rc\n\nd \n") == "a\nb\nc\n\nd"

    def test_line_has_single_spaces(self) -> None:
        assert tidy_line(" a \n b\t c ") == "a b c"

    def test_nothing_that_cannot_be_kept_remains(self) -> None:
        assert tidy_block("a\x00b\ud800") == "ab?"
        assert tidy_line(None) == ""

    def test_tag_is_lower_case_without_its_sign(self) -> None:
        assert tidy_tag(" #Birds  of prey ") == "birds of prey"


class TestSplitTags:
    def test_each_tag_comes_once_in_order(self) -> None:
        assert split_tags("b, a,,B, # ,c") == ["b", "a", "c"]

    def test_no_text_is_no_tags(self) -> None:
        assert split_tags(None) == []
