"""Customers, stock and coupons by CSV: taken in row by row, compared, led on, and taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.coupons import Coupon, coupon_id_of
from domain.customers import Customer
from domain.imports import BeginUndo
from domain.stock import AdjustStock, ReceiveStock, StockItem, stock_id_of
from importers.faults import UnusableFile
from projections.log import NothingRecorded
from projections.runtime import Runtime
from scripts.undoing import take_back
from tests.fixtures_api import context_of
from tests.importers.importing import imported, refused
from tests.importers.trying import write

SHOPIFY_CUSTOMERS = (
    "First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Tags"
)
PRESTASHOP_CUSTOMERS = "ID;Titre;Prénom;Nom;Adresse e-mail;Groupe;Activé"
WOOCOMMERCE_CUSTOMERS = (
    "ID,user_login,user_email,first_name,last_name,billing_first_name,billing_last_name,billing_company,billing_email,"
    "billing_phone,billing_address_1,billing_city,billing_postcode,billing_country"
)


def customers(runtime: Runtime) -> dict[str, Customer]:
    """Every card that is there, by its e-mail address."""
    ids = {one.event.originator_id for one in runtime.log.read(0, 10_000) if one.event.TOPIC == "customer.created"}
    cards = [runtime.log.load(Customer, customer_id) for customer_id in ids]
    return {card.value("email"): card for card in cards if not card.withdrawn}


def on_hand(runtime: Runtime, sku: str) -> int:
    return runtime.log.load(StockItem, stock_id_of(sku)).on_hand


def coupon(runtime: Runtime, code: str) -> Coupon:
    return runtime.log.load(Coupon, coupon_id_of(code))


def reasons(runtime: Runtime, import_id: UUID) -> list[tuple[str, str]]:
    rows = refused(runtime, import_id)
    told = [(row["error_column"].split("\n"), row["error_code"].split("\n")) for row in rows]
    return sorted(pair for columns, codes in told for pair in zip(columns, codes, strict=True))


class TestCustomers:
    @pytest.mark.parametrize(
        ("header", "row", "facts"),
        [
            (
                SHOPIFY_CUSTOMERS,
                "Ida,Example,Ida@Example.com,yes,Cups Ltd,1 High St,,London,ENG,GB,'E1 6AN,'+442012345,,\"vip, new\"",
                {"name": "Ida Example", "company": "Cups Ltd", "postcode": "E1 6AN", "country": "GB"},
            ),
            (PRESTASHOP_CUSTOMERS, "7;Mme;Ida;Example;ida@example.com;Client;1", {"name": "Ida Example"}),
            (
                WOOCOMMERCE_CUSTOMERS,
                "7,ida,ida@example.com,Ida,Example,Ida,Example,,ida@example.com,0612,1 rue Haute,Lyon,69001,FR",
                {"name": "Ida Example", "line1": "1 rue Haute", "city": "Lyon", "country": "FR", "phone": "0612"},
            ),
            ("name,email,country", "Ida Example,ida@example.com,France", {"name": "Ida Example", "country": "FR"}),
        ],
    )
    def test_a_card_is_made_of_each_platforms_row(
        self, runtime: Runtime, tmp_path: Path, header: str, row: str, facts: dict[str, str]
    ) -> None:
        _, totals = imported(runtime, write(tmp_path, header, row), kind="customers")
        assert (totals.new, totals.refused) == (1, 0)
        [(email, card)] = customers(runtime).items()
        assert email.lower() == "ida@example.com"
        assert {name: card.value(name) for name in facts} == facts
        assert card.tags == (("vip", "new") if "vip" in row else ())

    def test_known_cards_are_compared_or_led_on_and_a_second_run_changes_nothing(
        self, runtime: Runtime, tmp_path: Path
    ) -> None:
        imported(runtime, write(tmp_path, "name,email,city", "Ida,ida@example.com,Lyon"), kind="customers")
        changed = write(tmp_path, "name,email,city", "Ida,IDA@example.com,Paris", name="changed.csv")
        _, totals = imported(runtime, changed, kind="customers")
        assert (totals.new, totals.changed) == (0, 1)
        assert customers(runtime)["ida@example.com"].value("city") == "Lyon"
        _, totals = imported(runtime, changed, kind="customers", on_change="update")
        assert totals.updated == 1
        assert customers(runtime)["ida@example.com"].value("city") == "Paris"
        _, totals = imported(runtime, changed, kind="customers", on_change="update")
        assert (totals.known, totals.updated) == (1, 0)

    def test_each_bad_cell_is_told_and_a_dry_run_stores_nothing(self, runtime: Runtime, tmp_path: Path) -> None:
        rows = (
            "Ida,ida at home,Atlantis",
            f"{'x' * 500},a@example.com,FR",
            "Bo,bo@example.com,FR",
            "Bo,bo@example.com,",
        )
        import_id, totals = imported(
            runtime, write(tmp_path, "name,email,country", *rows), kind="customers", dry_run=True
        )
        assert (totals.new, totals.refused) == (1, 3)
        assert reasons(runtime, import_id) == [
            ("country", "unknown-country"), ("email", "bad-email"), ("email", "told-before"), ("name", "text-too-long"),
        ]  # fmt: skip
        assert not customers(runtime)

    def test_an_undo_takes_cards_back_and_leaves_those_worked_on(self, runtime: Runtime, tmp_path: Path) -> None:
        first = write(tmp_path, "name,email,city", "Ida,ida@example.com,Lyon")
        imported(runtime, first, kind="customers")
        second = write(
            tmp_path, "name,email,city,tags", "Ida,ida@example.com,Paris,vip", "Bo,bo@example.com,,", name="2.csv"
        )
        import_id, _ = imported(runtime, second, kind="customers", on_change="update")
        assert take_back(runtime, import_id) == {"undone": 2, "kept": 0}
        [(email, card)] = customers(runtime).items()
        assert (email, card.value("city"), card.tags) == ("ida@example.com", "Lyon", ())
        _, totals = imported(
            runtime, write(tmp_path, "name,email", "Bo,bo@example.com", name="3.csv"), kind="customers"
        )
        assert totals.new == 1, "whoever was taken back may come again"


class TestStock:
    def test_counts_are_put_right_and_places_are_summed(self, runtime: Runtime, tmp_path: Path) -> None:
        runtime.desk.handle(ReceiveStock(context=context_of(), sku="C-1", quantity=10))
        header = "Handle,Title,SKU,Location,Incoming,Available,On hand"
        rows = (
            "cup,Cup,C-1,Paris,0,4,4",
            "mug,Mug,M-1,Paris,0,2,2",
            "cup,Cup,C-1,Lyon,0,3,3",
            "jar,Jar,J-1,Lyon,0,,not stocked",
        )
        import_id, totals = imported(runtime, write(tmp_path, header, *rows), kind="stock")
        assert (totals.new, totals.updated, totals.known, totals.rows) == (1, 1, 1, 4)
        assert (on_hand(runtime, "C-1"), on_hand(runtime, "M-1")) == (7, 2)
        runtime.desk.handle(AdjustStock(stock_id=stock_id_of("C-1"), context=context_of(), change=-1))
        assert take_back(runtime, import_id) == {"undone": 2, "kept": 0}
        assert (on_hand(runtime, "C-1"), on_hand(runtime, "M-1")) == (9, 0), "less what the import made of it"
        assert take_back(runtime, import_id) == {"undone": 2, "kept": 0}
        assert (on_hand(runtime, "C-1"), on_hand(runtime, "M-1")) == (9, 0)

    def test_bad_counts_are_refused(self, runtime: Runtime, tmp_path: Path) -> None:
        rows = ("C-1,-1", "M-1,many", ",3", "J-1,2", "J-1,3")
        import_id, totals = imported(runtime, write(tmp_path, "Référence,Quantité", *rows), kind="stock")
        assert (totals.new, totals.refused) == (1, 4)
        assert reasons(runtime, import_id) == [
            ("Quantité", "not-a-count"), ("Quantité", "not-a-count"), ("Référence", "text-missing"),
            ("Référence", "told-before"),
        ]  # fmt: skip
        with pytest.raises(UnusableFile, match="counted"):
            imported(runtime, write(tmp_path, "sku,colour", "C-1,blue"), kind="stock")


class TestCoupons:
    def test_each_platforms_coupons_come_out(self, runtime: Runtime, tmp_path: Path) -> None:
        shopify = write(
            tmp_path, "Name,Value,Value Type,Usage Limit Per Code,Start,End,Status",
            "SPRING,-10.0,percentage,100,2026-03-01 00:00:00 +0100,,Active", "GIFT,-5.00,fixed_amount,,,,Expired",
        )  # fmt: skip
        imported(runtime, shopify, kind="coupons")
        spring, gift = coupon(runtime, "SPRING"), coupon(runtime, "GIFT")
        assert (spring.rules.kind, spring.rules.value, spring.rules.limit) == ("percent", 1000, 100)
        assert spring.rules.valid_from == datetime(2026, 2, 28, 23, tzinfo=UTC)
        assert (gift.rules.kind, gift.rules.value, gift.rules.currency, gift.is_enabled) == (
            "amount",
            500,
            "EUR",
            False,
        )
        woocommerce = write(
            tmp_path, "ID,post_title,post_status,discount_type,coupon_amount,free_shipping,expiry_date,minimum_amount,"
            "individual_use,usage_limit,usage_limit_per_user",
            "1,winter,publish,percent,12.5,no,2026-12-31,20.00,yes,,1", "2,post,publish,fixed_cart,0,yes,,,no,,",
            name="woocommerce.csv",
        )  # fmt: skip
        imported(runtime, woocommerce, kind="coupons")
        winter = coupon(runtime, "WINTER").rules
        assert (winter.value, winter.minimum, winter.combines, winter.limit_per_customer) == (1250, 2000, False, 1)
        assert winter.valid_until == datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
        assert coupon(runtime, "POST").rules.kind == "free_shipping"

    def test_what_carnet_cannot_hold_to_is_refused_cell_by_cell(self, runtime: Runtime, tmp_path: Path) -> None:
        header = "code,kind,value,currency,valid_until,limit,product_ids"
        rows = ("A,fixed_product,5,EUR,,,", "B,amount,x,EURO,soon,-,", "C,percent,10,,,,7", "two words,percent,10,,,,")
        import_id, totals = imported(runtime, write(tmp_path, header, *rows), kind="coupons")
        assert (totals.new, totals.refused) == (0, 4)
        told = reasons(runtime, import_id)
        assert {
            ("kind", "unknown-coupon-kind"),
            ("product_ids", "condition-unknown"),
            ("limit", "not-a-whole-number"),
        } <= set(told)
        assert ("valid_until", "date-form-unknown") in told

    def test_an_undo_brings_rules_back_and_ends_what_it_brought(self, runtime: Runtime, tmp_path: Path) -> None:
        imported(runtime, write(tmp_path, "code,kind,value", "A,percent,10"), kind="coupons")
        second = write(tmp_path, "code,kind,value", "A,percent,20", "B,percent,5", name="2.csv")
        import_id, totals = imported(runtime, second, kind="coupons", on_change="update")
        assert (totals.new, totals.updated) == (1, 1)
        assert take_back(runtime, import_id) == {"undone": 2, "kept": 0}
        assert (coupon(runtime, "A").rules.value, coupon(runtime, "A").is_enabled) == (1000, True)
        assert not coupon(runtime, "B").is_enabled
        with pytest.raises(NothingRecorded):
            coupon(runtime, "C")


def test_a_dry_run_has_nothing_to_take_back(runtime: Runtime, tmp_path: Path) -> None:
    import_id, _ = imported(runtime, write(tmp_path, "sku,counted", "C-1,1"), kind="stock", dry_run=True)
    with pytest.raises(Exception, match="cannot be taken back"):
        runtime.desk.handle(BeginUndo(import_id=import_id, context=context_of()))
