"""Every script can be read on paper and copied from it: what is taken out of a PDF is what was put in, in its order."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from unicodedata import normalize

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pypdf import PdfReader

from domain.addresses import Address
from printing.documents import print_a4, print_label, print_till, sheet_of
from printing.documents.canvas import Canvas
from printing.documents.characters import graphemes, missing, prepared
from printing.documents.fonts import REGULAR
from printing.documents.raster import picture_of
from printing.documents.setting import aligned, wide, wrapped
from printing.documents.shaping import continued, shaped, units
from printing.documents.sheet import DAWN, Sheet, characters_missing
from printing.documents.typefaces import EMOJI, HAN, JAPANESE, source_of
from tests.printing import papers
from tests.printing.letters import SCRIPTS, Letters, ordered

UNKNOWN = "\U00010a00\U00010a10"  # Kharosthi, which no typeface here has
MARKS = re.compile("[\u200b-\u200f\u2060\ufeff\u0002]")
LONG_NAME = (
    "Maximiliane-Alexandra Wolfeschlegelsteinhausenbergerdorff von und zu Hohenlohe-Langenburg-Schillingsfürst " * 2
)


def lines_of(data: bytes) -> list[str]:
    """The lines of a file's text, as a browser copies them."""
    pages = pypdfium2.PdfDocument(data)
    told = "\n".join(page.get_textpage().get_text_range() for page in pages)
    return [plain(line) for line in told.splitlines()]


def plain(text: str) -> str:
    return MARKS.sub("", text.replace("\N{NO-BREAK SPACE}", " ")).strip()


def together(text: str) -> str:
    return "".join(plain(text).split())


def receipt(letters: Letters) -> Sheet:
    return sheet_of(ordered(letters), papers.shop(), "receipt")


def alone(text: str) -> bytes:
    """A page that holds this text and nothing else."""
    canvas = Canvas(210, 60, DAWN)
    canvas.sheet(210, 60)
    canvas.put(20, 30, text, 12)
    return canvas.finished()


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("draw", [print_a4, print_till], ids=["a4", "80mm"])
def test_names_and_things_are_taken_out_as_they_were_put_in(script: str, draw: Callable[[Sheet], bytes]) -> None:
    letters = SCRIPTS[script]
    sheet = receipt(letters)
    assert not sheet.lacking
    found = together("".join(lines_of(draw(sheet))))
    told: tuple[str, ...] = (letters.company, letters.name, letters.item)
    if draw is print_a4:
        told = (*told, letters.street, letters.city)
    for text in told:
        assert together(text) in found, text


@pytest.mark.parametrize(
    "text",
    [text for letters in SCRIPTS.values() for text in (letters.name, letters.company, letters.street, letters.item)],
)
def test_a_text_is_taken_out_letter_by_letter(text: str) -> None:
    assert lines_of(alone(text)) == [plain(text)]


@pytest.mark.parametrize(
    "text", [letters.name for letters in SCRIPTS.values()] + ["00012 תל אביב", "00012 الرياض", "שָׁלוֹם", "السلام", "بلاد"]
)
def test_another_reader_takes_out_the_same(text: str) -> None:
    assert plain(PdfReader(BytesIO(alone(text))).pages[0].extract_text()) == plain(text)


@pytest.mark.parametrize("text", ["שָׁלוֹם", "السَّلامُ عَلَيْكُمْ", "بلاد لا", "ขั้นที่ ๑"])
def test_marks_are_taken_out_behind_their_letters(text: str) -> None:
    """In any order among themselves in which they are the same text."""
    [found] = lines_of(alone(text))
    assert normalize("NFC", found) == normalize("NFC", text)


@pytest.mark.parametrize("script", SCRIPTS)
def test_another_print_has_the_same_bytes(script: str) -> None:
    sheet = receipt(SCRIPTS[script])
    assert print_a4(sheet) == print_a4(sheet)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_till_printer_draws_every_script(script: str) -> None:
    """Its picture has ink where the PDF has it: the name is not left out, and is no row of boxes."""
    sheet = receipt(SCRIPTS[script])
    drawn = picture_of(sheet)
    nameless = picture_of(receipt(SCRIPTS[script]._replace(name="", company="")))
    assert drawn.height > nameless.height
    assert drawn.convert("L").histogram()[0] > nameless.convert("L").histogram()[0] + 200


def test_arabic_letters_join_and_hebrew_goes_to_the_left() -> None:
    joined = shaped("بب", REGULAR, JAPANESE).runs[0].clusters
    apart = shaped("ب", REGULAR, JAPANESE).runs[0].clusters
    assert {cluster.glyphs for cluster in joined}.isdisjoint(cluster.glyphs for cluster in apart)
    [run] = shaped("אב", REGULAR, JAPANESE).runs
    assert run.backwards
    assert [cluster.text for cluster in run.clusters] == ["ב", "א"]


def test_runs_are_read_in_their_order_wherever_they_stand() -> None:
    told = shaped("Dana (דנה 12) Levi", REGULAR, JAPANESE)
    assert "".join(run.text for run in told.runs) == "Dana (דנה 12) Levi"
    assert [run.start for run in told.runs] != sorted(run.start for run in told.runs)
    assert told.width == pytest.approx(sum(run.width for run in told.runs))


def test_spaces_and_digits_between_latin_letters_are_of_the_typeface_of_all_documents() -> None:
    assert [run.source for run in shaped("12 € ☕ 12 €", REGULAR, JAPANESE).runs] == [None, EMOJI, None]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("👩‍👩‍👧🇫🇷🇩🇪", ["👩‍👩‍👧", "🇫🇷", "🇩🇪"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("👍🏽1\ufe0f\u20e3", ["👍🏽", "1\ufe0f\u20e3"]),
    ],
)
def test_signs_that_are_put_together_stay_together(text: str, signs: list[str]) -> None:
    assert graphemes(text) == signs
    assert [unit.text for unit in units(prepared(text), REGULAR, JAPANESE)][-1] == signs[-1]


def test_han_characters_are_drawn_as_their_language_draws_them() -> None:
    shapes = {han: shaped("直", REGULAR, han).runs[0].clusters for han in HAN}
    assert len(set(shapes.values())) > 1
    assert shaped("直の", REGULAR, "zh").runs[0].source == source_of("の", JAPANESE)
    assert [receipt(SCRIPTS[script]).han for script in ("japanese", "chinese", "traditional", "korean")] == [
        "ja", "zh", "zh-tw", "ko",
    ]  # fmt: skip


def test_what_no_typeface_has_is_named() -> None:
    assert missing(f"Zoé {UNKNOWN} 東 ד م ก 🎉") == tuple(UNKNOWN)
    sheet = receipt(SCRIPTS["greek"]._replace(name=f"Zoé {UNKNOWN}"))
    assert characters_missing(sheet) == tuple(UNKNOWN)
    assert "[U+10A00U+10A10]" in together("".join(lines_of(print_a4(sheet))))
    assert "Unicode" in " ".join(lines_of(print_a4(sheet)))


def test_japanese_breaks_between_characters_but_not_before_a_full_stop() -> None:
    lines = wrapped("春の風。" * 12, 9, 31)
    assert len(lines) > 2
    assert "".join(lines) == "春の風。" * 12
    assert all(wide(line, 9) <= 31 for line in lines)
    assert not any(line.startswith("。") for line in lines)


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_line_is_wider_than_its_column_and_nothing_is_lost(script: str) -> None:
    text = prepared(f"{SCRIPTS[script].item} {SCRIPTS[script].name} " * 6).strip()
    lines = wrapped(text, 9, 30)
    assert all(wide(line, 9) <= 30 for line in lines)
    assert together("".join(lines)) == together(text)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_is_too_odd_to_be_set_and_none_of_it_is_lost(text: str) -> None:
    alone(text)
    shown = prepared(text)
    assert together("".join(wrapped(text, 9, 30))) == together(shown)
    assert prepared(shown) == shown
    assert ("U+" in shown) or not missing(text)


@pytest.mark.parametrize("mark", ["\u0301", "\u0e49", "\u064e", "\u200d", "\ufe0f"])
def test_a_letter_with_a_hundred_marks_is_set(mark: str) -> None:
    for letter in "aกبב☕":
        assert len(alone(letter + 199 * mark)) > 1_000


def test_a_line_that_goes_on_is_read_from_the_side_of_the_whole() -> None:
    assert continued(["דנה", "Levi"]) == ["דנה", "\u200fLevi"]
    assert continued(["Levi", "דנה"]) == ["Levi", "\u200eדנה"]
    assert continued(["Levi", "Dana"]) == ["Levi", "Dana"]


def test_lines_that_are_read_from_the_right_end_on_one_edge() -> None:
    lines = wrapped("ספל כחול גדול מאוד " * 4, 9, 40)
    ends = [indent + wide(line, 9) for indent, line in aligned(lines, 9)]
    assert len(lines) > 1
    assert ends == pytest.approx([ends[0]] * len(lines))
    assert aligned(["Blue", "cup"], 9) == [(0.0, "Blue"), (0.0, "cup")]


@pytest.mark.parametrize("draw", [print_a4, print_till], ids=["a4", "80mm"])
def test_company_names_and_things_are_never_cut(draw: Callable[[Sheet], bytes]) -> None:
    item = "Extraordinarily long product name " + "A" * 166
    buyer = Address(company=LONG_NAME[:200], name=LONG_NAME[-200:], line1="1 Test St", city="Paris", country="FR")
    order = papers.decided(items=(papers.cup(item),), billing_address=buyer)
    shown = together("".join(lines_of(draw(sheet_of(order, papers.shop(), "receipt")))))
    for text in (buyer.company, buyer.name, item[:34]):
        assert together(text) in shown
    assert shown.count("A") >= 166
    assert "…" not in shown


def test_the_receipt_of_the_till_says_who_bought() -> None:
    assert "Élodie Exemple" in " ".join(lines_of(print_till(papers.french())))
    assert "Client" not in " ".join(lines_of(print_till(papers.bare())))


def test_a_french_paper_has_no_english_word() -> None:
    printed = (print_a4(papers.french()), print_till(papers.french()), print_a4(papers.invoice()))
    for data in (*printed, print_a4(papers.packing()), print_a4(papers.slip()), print_label(papers.label())):
        assert not re.search("Card|Standard |delivery|Bank|Delivered|Order|Item", " ".join(lines_of(data)))
    told = " ".join(lines_of(print_a4(papers.french())))
    assert "Carte" in told
    assert "Livraison standard" in told


def test_a_method_that_the_merchant_named_keeps_its_name() -> None:
    shop = papers.shop()
    card = replace(shop.payment_methods["card"], label="Card at the counter")
    shop = replace(shop, payment_methods={**shop.payment_methods, "card": card})
    assert ("Paiement", "Card at the counter") in sheet_of(papers.decided(), shop, "receipt").facts


def test_shipping_is_told_only_where_there_is_any() -> None:
    sheet = sheet_of(papers.decided(shipping_charge=0), papers.shop(), "receipt")
    assert "Frais de port" not in [figure.label for figure in sheet.figures]
    none = sheet_of(papers.decided(shipping_charge=0, shipping_method=""), papers.shop(), "receipt")
    for draw in (print_a4, print_till):
        assert not re.search("Livraison|Frais de port", " ".join(lines_of(draw(none))))


def test_the_first_print_in_any_script_takes_less_than_half_a_second() -> None:
    """In a process of its own, in which nothing was made ready."""
    program = (
        "from time import process_time; from tests.printing.letters import SCRIPTS, ordered\n"
        "from tests.printing import papers; from printing.documents import print_a4, sheet_of\n"
        "sheets = [sheet_of(ordered(SCRIPTS['japanese']), papers.shop(), 'receipt')]\n"
        "began = process_time(); print_a4(sheets[0]); print(process_time() - began)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert float(told) < 0.5
