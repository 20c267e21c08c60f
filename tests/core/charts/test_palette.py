"""One colour per channel: separate, legible on light and dark, always the same."""

import itertools

import pytest

from core.charts.palette import COLOURS, channel_colours

BACKGROUNDS = ("#ffffff", "#f3f6f6", "#0f1716", "#182322")


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance, 0..1."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_colour_stands_out_from_every_background(background: str) -> None:
    assert all(contrast(colour, background) >= 3 for colour in COLOURS)


def test_no_two_colours_are_close() -> None:
    def distance(first: str, second: str) -> float:
        pairs = [(int(first[i : i + 2], 16), int(second[i : i + 2], 16)) for i in (1, 3, 5)]
        return sum((a - b) ** 2 for a, b in pairs) ** 0.5

    assert min(distance(*pair) for pair in itertools.combinations(COLOURS, 2)) > 40


def test_the_same_names_get_the_same_colours_and_order_decides() -> None:
    names = ["tv", "radio", "search"]
    assert channel_colours(names) == channel_colours(iter(names))
    assert channel_colours(names)["tv"] == channel_colours(["tv"])["tv"]


def test_forty_channels_get_forty_colours_of_sufficient_contrast() -> None:
    colours = list(channel_colours(f"c{number}" for number in range(40)).values())
    assert len(set(colours)) == 40
    assert all(contrast(colour, background) >= 2.8 for colour in colours for background in BACKGROUNDS)
