"""Products of a CSV file: taken in, compared, led on, refused row by row, taken back; what goes out comes in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from domain.events import Context
from domain.imports import NothingToUndo
from domain.products import (
    ChangeProduct,
    Product,
    ProductFacts,
    ProductName,
    ProductOption,
    ProductPrice,
    RetireProduct,
    product_id_of,
)
from domain.taxes import Tax, single
from importers.faults import UnusableFile
from projections.exports.catalogue import written
from projections.runtime import Runtime
from scripts.undoing import take_back
from tests.importers.importing import imported, refused

CUP = ProductFacts(
    names=(ProductName("en", "Blue cup"), ProductName("fr", "Tasse bleue")),
    prices=(ProductPrice("EUR", 1_250),),
    taxes=single(200_000),
    barcode="4006381333931",
)
FILE = """sku,name_en,name_fr,price_eur,tax_rate,barcode
CUP-1,Blue cup,Tasse bleue,12.50,20,4006381333931
POT-1,Red pot,,30.00,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A catalogue of two products."""
    path = tmp_path / "products.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def product(runtime: Runtime, sku: str) -> Product:
    return runtime.log.load(Product, product_id_of(sku))


def now() -> Context:
    return Context(command_id=uuid4(), actor="process:test", at=datetime.now(UTC))


def edited(file: Path, *changes: tuple[str, str]) -> Path:
    """The file with some cells told otherwise."""
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    return file


def test_products_come_in_once_and_a_dry_run_stores_nothing(runtime: Runtime, file: Path) -> None:
    head = runtime.log.head()
    _, dry = imported(runtime, file, kind="products", dry_run=True)
    assert {one.event.TOPIC.split(".")[0] for one in runtime.log.read(head, 100)} == {"import"}
    _, totals = imported(runtime, file, kind="products")
    assert dry.stored() == totals.stored()
    assert (totals.new, totals.refused) == (2, 0)
    assert product(runtime, "CUP-1").facts == CUP
    assert product(runtime, "POT-1").facts.taxes is None
    _, again = imported(runtime, file, kind="products")
    assert (again.new, again.known, again.changed) == (0, 2, 0)
    assert product(runtime, "CUP-1").version == 1


def test_a_known_product_is_reported_and_led_on_only_where_that_is_asked_for(runtime: Runtime, file: Path) -> None:
    imported(runtime, file, kind="products")
    file.write_text("sku,price_eur,active\nCUP-1,13.00,no\n")
    _, reported = imported(runtime, file, kind="products")
    assert (reported.known, reported.changed) == (0, 1)
    assert product(runtime, "CUP-1").facts == CUP
    _, totals = imported(runtime, file, kind="products", on_change="update")
    assert totals.updated == 1
    led = product(runtime, "CUP-1")
    assert (led.facts.price("EUR"), led.is_active) == (1_300, False)
    assert (led.facts.names, led.facts.barcode) == (CUP.names, CUP.barcode)  # what has no column stays


def test_each_bad_row_is_refused_by_itself_and_names_its_column(runtime: Runtime, tmp_path: Path) -> None:
    rows = {
        "A-1,Cup,12.50,x,,": ("not-a-weight", "weight"),
        "A-2,,12.50,,,": ("product-name-missing", "name_en"),
        "A-3,Cup,much,,,": ("not-an-amount", "price"),
        ",Cup,1.00,,,": ("text-missing", "sku"),
        "A-4,Cup,1.00,,GST,": ("tax-unreadable", "taxes"),
        "A-5,Cup,1.00,,,perhaps": ("not-yes-or-no", "active"),
        "A-6,Cup,1.00,,,": None,
        "A-6,Pot,1.00,,,": ("duplicate-sku", "sku"),
    }
    file = tmp_path / "products.csv"
    file.write_text("\n".join(("sku,name_en,price,weight,taxes,active", *rows)) + "\n")
    import_id, totals = imported(runtime, file, kind="products")
    found = [(row["error_code"], row["error_column"]) for row in refused(runtime, import_id)]
    assert found == [told for told in rows.values() if told]
    assert (totals.new, totals.refused) == (1, 7)


def test_a_file_without_skus_says_so(runtime: Runtime, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("name_en,price\nCup,1.00\n")
    with pytest.raises(UnusableFile, match="no column sku"):
        imported(runtime, file, kind="products")


def test_an_import_is_taken_back_but_for_what_was_changed_since(runtime: Runtime, file: Path) -> None:
    first, _ = imported(runtime, file, kind="products")
    edited(file, ("12.50", "14.00"), ("30.00", "35.00"))
    file.write_text(file.read_text() + "JUG-1,Jug,,9.00,,\n")
    second, _ = imported(runtime, file, kind="products", on_change="update")
    pot = product(runtime, "POT-1")
    runtime.desk.handle(RetireProduct(product_id=pot.id, context=now()))
    assert take_back(runtime, second) == {"undone": 2, "kept": 1}
    assert product(runtime, "CUP-1").facts == CUP
    assert not product(runtime, "JUG-1").is_active
    assert product(runtime, "POT-1").facts.price("EUR") == 3_500
    versions = [product(runtime, sku).version for sku in ("CUP-1", "JUG-1", "POT-1")]
    take_back(runtime, second)
    assert [product(runtime, sku).version for sku in ("CUP-1", "JUG-1", "POT-1")] == versions
    assert take_back(runtime, first)["kept"] == 2  # the second import and its undoing came after
    dry, _ = imported(runtime, file, kind="products", dry_run=True)
    with pytest.raises(NothingToUndo):
        take_back(runtime, dry)


@pytest.mark.usefixtures("projecting")
def test_the_catalogue_that_goes_out_comes_in_again_and_changes_nothing(
    runtime: Runtime, file: Path, tmp_path: Path
) -> None:
    imported(runtime, file, kind="products")
    facts = ProductFacts(
        names=(ProductName("fr", 'Thé "vert", 100 g'),),
        prices=(ProductPrice("EUR", 890), ProductPrice("JPY", 1_200)),
        options=(ProductOption("size", ("S", "L")), ProductOption("tin", ("yes",))),
        taxes=(Tax(50_000, "GST"), Tax(99_750, "QST", compound=True)),
        weight=130,
    )
    changed = ChangeProduct(product_id=product_id_of("POT-1"), context=now(), facts=facts)
    position = runtime.desk.handle(changed).position
    runtime.views.wait_for("products", position, 30)
    out = tmp_path / "catalogue.csv"
    out.write_text("".join(written(runtime)), encoding="utf-8", newline="")
    assert (
        out.read_text(encoding="utf-8").splitlines()[0].startswith("sku,name_en,name_fr,price_eur,price_jpy,taxes,unit")
    )
    _, totals = imported(runtime, out, kind="products", on_change="update")
    assert (totals.known, totals.changed, totals.updated, totals.refused) == (2, 0, 0, 0)
    out.write_text(
        out.read_text(encoding="utf-8").replace("CUP-1", "CUP-2").replace("POT-1", "POT-2"), encoding="utf-8"
    )
    imported(runtime, out, kind="products")
    assert product(runtime, "POT-2").facts == facts
    assert product(runtime, "CUP-2").facts == CUP
