import re
import zlib
from base64 import a85decode
from dataclasses import replace

from core.mmm.documents.pdf import fonts, to_pdf
from tests.core.mmm import hand_made as made


def drawn_text(pdf: bytes) -> str:
    """What a page shows, read from its uncompressed drawing commands (cp1252 fonts)."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        plain = zlib.decompress(a85decode(stream.strip().removesuffix(b"~>")))
        found += re.findall(rb"\((.*?)(?<!\\)\) Tj", plain, re.S)
    text = " ".join(part.decode("latin-1") for part in found)
    readable = re.sub(r"\\(\d{3})", lambda at: bytes([int(at[1], 8)]).decode("cp1252"), text)
    return readable.replace("\u00a0", " ")


def test_the_one_pager_is_one_page_of_a4_landscape():
    pdf = to_pdf(made.report())
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert b"/MediaBox [ 0 0 841.8898 595.2756 ]" in pdf


def test_it_shows_the_figures_the_channels_and_the_verdict():
    text = drawn_text(to_pdf(made.report()))
    for words in ("€6.00M", "26 %", "20 % to 33 %", "What media did", "Search", "Good"):
        assert words in text


def test_names_are_drawn_as_text_never_as_markup():
    evil = replace(made.WORDING, labels={"search_S": "<b>Se&arch</b>", "tv_S": "TV <a href='x'>"})
    assert to_pdf(made.report(wording=evil)).startswith(b"%PDF-")


def test_letters_beyond_western_europe_get_a_font_that_has_them():
    assert fonts(made.report())[0] == "Helvetica"
    greek = made.report(model="Μοντέλο πωλήσεων")
    assert fonts(greek)[0] == "DejaVu"
    assert b"DejaVuSans" in to_pdf(greek)


def test_a_model_without_spend_still_makes_a_page():
    proof = made.evidence(
        totals=made.totals(spend=0.0), channels=made.channels((0, 0, 0)), mroas_draws=made.mroas_draws(())
    )
    assert "nothing was spent" in drawn_text(to_pdf(made.report(evidence=proof)))
