"""Documents as they look: compared with pictures that were looked at, the same bytes everywhere, no input too odd.

`python -m tests.printing.test_documents` draws the references anew; look at them before they are kept.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, cast

import fpdf
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image, ImageChops
from pypdf import PdfReader

from domain.addresses import Address
from domain.shop import Legal
from printing.documents import Sheet, print_a4, print_label, print_many, print_till, sheet_of
from printing.documents.characters import missing, prepared
from printing.documents.legal import footer_of
from printing.documents.words import Words
from printing.logo import read_logo
from tests.printing import papers

REFERENCES = Path(__file__).parent / "references"
SHEETS: tuple[Callable[[], Sheet], ...] = (
    papers.french, papers.long, papers.yen, papers.names, papers.refunded, papers.cancelled, papers.invoice,
    papers.void_invoice, papers.credit_note, papers.correction, papers.packing, papers.slip, papers.returned,
    papers.bare, papers.several_taxes_receipt, papers.several_taxes_credited,
)  # fmt: skip
SCALE = 0.9  # 65 dots to the inch
TILE = (20, 6)  # less than a line of small print is high
TOLERANCE = 4  # mean difference of a tile's pixels, of 255: edges may be smoothed otherwise, a missing figure is more


Box = tuple[int, int, int, int]  # left, top, right, bottom


class Printed(NamedTuple):
    """A page as it is printed: its picture in grey, and each piece of its text with the box that it stands in."""

    picture: Image.Image
    pieces: tuple[tuple[str, Box], ...]

    @property
    def text(self) -> str:
        """Every piece on a line of its own, after where it begins."""
        return "".join(f"{left:4} {top:4} {text}\n" for text, (left, top, _, _) in self.pieces)


def printed(data: bytes, page: int = 0) -> Printed:
    """One page of a document."""
    sheet = pypdfium2.PdfDocument(data)[page]
    told, height = sheet.get_textpage(), sheet.get_height()
    pieces = []
    for number in range(told.count_rects()):
        left, bottom, right, top = told.get_rect(number)
        box = (
            round(left * SCALE),
            round((height - top) * SCALE),
            round(right * SCALE),
            round((height - bottom) * SCALE),
        )
        pieces.append((told.get_text_bounded(left, bottom, right, top).strip(), box))
    return Printed(sheet.render(scale=SCALE, grayscale=True).to_pil().convert("L"), tuple(pieces))


def picture(data: bytes, page: int = 0) -> Image.Image:
    """A page in grey."""
    return printed(data, page).picture


@cache
def references() -> dict[str, Printed]:
    """Every page that there is a reference of, by its name, as it is printed now."""
    found = {make.__name__: printed(print_a4(make())) for make in SHEETS}
    found["long-second"] = printed(print_a4(papers.long()), 1)
    found["label"] = printed(print_label(papers.label()))
    found["picking"] = printed(print_a4(papers.picking()))
    found["french-80mm"] = printed(print_till(papers.french()))
    found["several_taxes-80mm"] = printed(print_till(papers.several_taxes_receipt()))
    return found


def looks_otherwise(before: Image.Image, now: Image.Image) -> bool:
    """Whether any place of a page looks otherwise, however much of it looks the same."""
    if before.size != now.size:
        return True
    _, most = cast("tuple[int, int]", ImageChops.difference(before, now).reduce(TILE).getextrema())
    return most > TOLERANCE


def words(data: bytes) -> str:
    told = "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    return told.replace("\N{NO-BREAK SPACE}", " ")


def test_every_document_looks_as_it_was_approved() -> None:
    assert {path.stem for path in REFERENCES.iterdir()} == set(references())
    for name, now in references().items():
        assert now.text == (REFERENCES / f"{name}.txt").read_text("utf-8"), name
        assert not looks_otherwise(Image.open(REFERENCES / f"{name}.png"), now.picture), f"{name} looks otherwise"


@pytest.mark.parametrize("name", sorted(path.stem for path in REFERENCES.glob("*.png")))
def test_no_line_or_figure_of_a_document_can_be_missed(name: str) -> None:
    whole = references()[name]
    assert len(whole.pieces) > 10
    for text, (left, top, right, bottom) in whole.pieces:
        without = whole.picture.copy()
        without.paste(255, (left - 1, top - 1, right + 1, bottom + 1))
        assert looks_otherwise(whole.picture, without), f"{name} without {text!r} looks the same"


def test_another_process_prints_the_same_bytes() -> None:
    program = (
        "from hashlib import sha256; from printing.documents import print_a4; from tests.printing import papers;"
        "print(sha256(print_a4(papers.french())).hexdigest())"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    assert told == sha256(print_a4(papers.french())).hexdigest()


def test_a_receipt_says_that_it_is_no_invoice_and_what_became_of_the_order() -> None:
    assert "ne constitue pas une facture" in words(print_a4(papers.french()))
    assert "Commande annulée" in words(print_a4(papers.cancelled()))
    assert "Remboursée intégralement" in words(print_a4(papers.refunded()))


def test_two_hundred_lines_carry_their_sum_over_and_count_their_pages() -> None:
    data = print_a4(papers.long())
    text = words(data)
    count = len(PdfReader(BytesIO(data)).pages)
    assert text.count("À reporter") == len(re.findall("Report(?!er)", text)) == count - 1
    assert f"Page {count} / {count}" in text


def test_the_sum_that_is_carried_over_is_that_of_the_lines_above_it() -> None:
    sheet = papers.long()
    pages = [page.extract_text() for page in PdfReader(BytesIO(print_a4(sheet))).pages]
    carried, seen = 0, 0
    for page, after in pairwise(pages):
        here = len(re.findall("Article de démonstration", page))
        carried += sum(line.value for line in sheet.lines[seen : seen + here])
        seen += here
        amount = f"{carried // 100:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") + f",{carried % 100:02d}"
        assert f"À reporter {amount}" in page
        assert f"Report {amount}" in after
    assert carried + sum(line.value for line in sheet.lines[seen:]) == sum(line.value for line in sheet.lines)


@pytest.mark.parametrize("name", ["Verylongname" * 42, "many words " * 46, "źdźbło ὦ " * 56])
def test_a_name_of_500_characters_stays_whole_and_in_its_column(name: str) -> None:
    order = papers.decided()
    order.items["1"] = replace(order.items["1"], name=name[:500])
    sheet = sheet_of(order, papers.shop(), "receipt")
    for data in (print_a4(sheet), print_till(sheet)):
        assert len(PdfReader(BytesIO(data)).pages) == 1
        shown = "".join(words(data).split())
        assert shown.count("".join(name[:500].split())) == 1
        assert "25,00" in words(data)
    wide_open = print_a4(papers.french())
    assert picture(print_a4(sheet)).size == picture(wide_open).size
    right = picture(print_a4(sheet)).crop((530, 0, 536, 758))
    assert right.getextrema() == (255, 255)


def test_a_currency_without_decimals_shows_none() -> None:
    told = words(print_a4(papers.yen()))
    assert "193,200" in told
    assert not re.search(r"\d\.\d\d(?!\d)", told)


def test_each_tax_exempt_lines_quantities_and_options_are_told() -> None:
    for data in (print_a4(papers.several_taxes()), print_till(papers.several_taxes_receipt())):
        told = words(data)
        for text in (
            "GST 5%",
            "QST 9.975%",
            "PST 9.5% (compound)",
            "Exempt: Books for schools",
            "0.350 kg",
            "size: large",
        ):
            assert text in told, text
    sums = papers.several_taxes_receipt().taxes
    assert sums == (
        ("Exempt", "15.00", "0.00"),
        ("GST 5%", "99.87", "4.99"),  # 59.97 + 14.00 + 25.00 - 5.00 + 5.90
        ("PST 9.5% (compound)", "26.25", "2.49"),  # on 25.00 and its GST of 1.25
        ("QST 9.975%", "60.87", "6.07"),
    )


def test_taxes_that_are_not_vat_are_headed_tax_in_the_papers_language() -> None:
    several = (papers.several_taxes_receipt(), papers.several_taxes(), papers.several_taxes_credited())
    for sheet in several:
        assert sheet.tax_head == "Tax"
        for data in (print_a4(sheet), print_till(sheet)):
            assert not re.search(r"VAT(?! no\.)", words(data)), words(data)
    order = papers.every_kind_of_line()
    told = words(print_till(sheet_of(order, papers.shop(), "receipt", locale="fr")))
    assert "TVA" not in told.replace("N° TVA", "")
    assert "Taxes" in told


@pytest.mark.parametrize(
    ("names", "head"),
    [((), "VAT"), (("",), "VAT"), (("", "TVA 5,5 %", "vat"), "VAT"), (("VAT", "GST"), "Tax"), (("VATICAN",), "Tax")],
)
def test_taxes_are_headed_vat_where_all_are_that(names: tuple[str, ...], head: str) -> None:
    told = Words("en", "EUR", "UTC", names)
    assert (told["rate"], told["tax"]) == (head, head)


def test_the_slip_of_a_parcel_has_no_line_that_is_a_discount() -> None:
    order = papers.every_kind_of_line()
    slip = sheet_of(order, papers.shop(), "packing_slip")
    assert [line.name for line in slip.lines] == ["Blue cup", "Green tea, loose", "Field guide", "School book"]
    assert [figure.value.replace("\N{NO-BREAK SPACE}", " ") for figure in slip.figures] == ["5 + 0.350 kg"]


def test_greek_and_polish_can_be_read_and_copied() -> None:
    told = words(print_a4(papers.names()))
    for name in ("Παράδειγμα Ελένη", "Θεσσαλονίκη", "Łódź Przykład Żółć", "źdźbło i gęś"):
        assert name in told


def test_logos_of_two_shops_in_one_file_are_two_pictures() -> None:
    other = BytesIO()
    Image.new("RGB", (40, 40), "black").save(other, "PNG")
    second = replace(papers.logo(), image=other.getvalue(), width=40, height=40)
    sheets = [papers.french(), replace(papers.french(), logo=second), papers.french()]
    reader = PdfReader(BytesIO(print_many(sheets)))
    shown = [Image.open(BytesIO(page.images[0].data)).size for page in reader.pages]
    assert shown == [(360, 120), (40, 40), (360, 120)]


def test_an_invoice_tells_what_the_law_asks_for() -> None:
    text = words(print_a4(papers.invoice()))
    for told in (
        "F2026-00042",
        "73282932000074",
        "FR00732829320",
        "BC-2026-17",
        "livraison de biens",
        "40 €",
        "Échéance",
    ):
        assert told in text, told
    assert "Virement : IBAN FR00" in text
    assert "art. 293 B du CGI" in words(print_a4(papers.void_invoice()))
    assert "sans valeur (Adresse erronée)" in words(print_a4(papers.void_invoice()))
    assert "F2026-00042 du 2 mars 2026" in words(print_a4(papers.credit_note()))


@pytest.mark.parametrize(
    ("form", "said"), [("SARL", "Ateliers SARL"), ("sarl", "Ateliers SARL"), ("SAS", "Ateliers SARL SAS")]
)
def test_a_legal_form_that_is_part_of_the_name_is_said_once(form: str, said: str) -> None:
    shop = papers.shop(seller=Address(company="Ateliers SARL", country="FR"), legal=Legal(legal_form=form))
    assert footer_of(shop, Words("fr", "EUR", "Europe/Paris")) == (said,)


def test_what_the_typeface_lacks_is_written_by_its_number_and_the_document_says_so() -> None:
    assert prepared("a\U00010a00") == "a[U+10A00]"
    assert prepared("\U00010a00\U00010a01 Levi") == "[U+10A00 U+10A01] Levi"
    assert prepared(prepared("\U00010a00")) == prepared("\U00010a00")
    lacking = papers.named("Zoé \U00010a00")
    for shown in (words(print_a4(lacking)), words(print_till(lacking))):
        assert "\N{REPLACEMENT CHARACTER}" not in shown
        assert "U+" in shown
        assert "Unicode" in shown, "the document says what these numbers are"
    assert "Unicode" not in words(print_a4(papers.french()))
    assert "U+" not in words(print_a4(papers.names()))


def test_characters_that_the_typefaces_lack_are_named_once() -> None:
    assert missing("Zoé \U00010a00\U00010a00 12 €") == ("\U00010a00",)


def test_signs_that_show_nothing_are_not_missing() -> None:
    assert missing("Zo\u0065\u0301\u200b \u200fLevi\ufe0f\t\u3000") == ()


def test_a_name_is_never_cut() -> None:
    name = " ".join(["Bartholomäus-Maximilian"] * 8)
    for draw, times in ((print_a4, 16), (print_till, 16)):
        shown = words(draw(papers.named(name)))
        assert shown.count("Bartholomäus-Maximilian") == times


def test_a_logo_that_cannot_be_read_is_left_out_of_the_document_and_refused_when_it_is_told() -> None:
    assert words(print_a4(papers.unreadable())) == words(print_a4(papers.french()))
    assert read_logo(b"\x89PNG\r\n\x1a\nbroken") is None
    assert read_logo(b"<svg/>") is None
    assert read_logo(papers.logo().image) is not None


@pytest.mark.parametrize("make", SHEETS[:6], ids=lambda make: make.__name__)
def test_every_receipt_fits_the_till(make: Callable[[], Sheet]) -> None:
    pages = PdfReader(BytesIO(print_till(make()))).pages
    assert all(abs(float(page.mediabox.width) * 25.4 / 72 - 80) < 0.1 for page in pages)


def test_many_documents_count_their_own_pages() -> None:
    text = words(print_many([papers.french(), papers.long()]))
    assert "Page 1 / 1" in text
    assert "Page 2 / 11" in text


def test_the_library_is_the_one_whose_inner_parts_are_used() -> None:
    assert fpdf.FPDF_VERSION == "2.8.9", "canvas.py writes fonts in place of fpdf2: look at Producer before moving on"


if __name__ == "__main__":
    for reference, page in references().items():
        page.picture.save(REFERENCES / f"{reference}.png", optimize=True)
        (REFERENCES / f"{reference}.txt").write_text(page.text, "utf-8")
