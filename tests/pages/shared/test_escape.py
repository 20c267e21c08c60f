"""Header text shown as text: nothing in it is read as Markdown."""

import re

import pytest

from pages.shared.escape import JOINER, escape_label


def read_back(label: str) -> str:
    """What a Markdown reader shows: backslashes gone, invisible joiners not seen."""
    return re.sub(r"\\(.)", r"\1", label).replace(JOINER, "")


@pytest.mark.parametrize(
    "text",
    [
        "[click](http://evil.example)",
        "![x](http://evil.example/a.png)",
        ":red[hot]",
        ":material/home:",
        "$x^2$",
        ":smile:",
        "<b>bold</b>",
        "**b** _i_ `c` ~~d~~",
        "# head",
        "1. one",
        "tv_S",
        "a -> b -- c >= d",
        "www.evil.example",
        "a@evil.example",
        "&lt;",
        "Umsatz (€) brutto",
    ],
)
def test_a_label_reads_exactly_as_the_header_was_written(text: str) -> None:
    assert read_back(escape_label(text)) == text


def test_what_is_recognised_after_unescaping_is_kept_apart() -> None:
    shown = re.sub(r"\\(.)", r"\1", escape_label("http://a.b :smile: x -> y a@b.c www.a.b :material/home:"))
    for pattern in (r"https?://", r":[\w+-]+:", r"->", r"\w@\w", r"www\.", r":material/"):
        assert not re.search(pattern, shown)


def test_every_character_markdown_knows_is_escaped() -> None:
    label = escape_label("\\`*_{}[]()<>#+-.!|~$^=:&@/")
    assert not re.search(
        r"(?<!\\)(?:\\\\)*[`*_{}\[\]()<>#!|~$&](?<!\\.)", label.replace(JOINER, "").replace("\\\\", "")
    )


def test_line_breaks_and_direction_marks_become_spaces_and_length_is_bounded() -> None:
    assert escape_label("tv\n\u202espend") == "tv spend"
    assert len(read_back(escape_label("x" * 500, longest=120))) == 120
