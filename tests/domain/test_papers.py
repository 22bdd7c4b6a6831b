"""What documents carry: legal details that can be a seller's, a logo in bounds, series with numbers of their own."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from domain.errors import DomainError
from domain.orders.issuing import LONGEST_TERM, TermOutOfBounds
from domain.papers import (
    LARGEST_FIRST,
    LOGO_BYTES,
    LOGO_PIXELS,
    MAX_SERIES,
    DefineSeries,
    FirstOutOfBounds,
    LegalSet,
    LogoRemoved,
    LogoSet,
    PackingSlipSet,
    PrefixTaken,
    RemoveLogo,
    SeriesDefined,
    SeriesFixed,
    SetLegal,
    SetLogo,
    SetPackingSlip,
    TooManySeries,
    UnknownKind,
    UnknownOperation,
    WrongLogo,
    WrongPrefix,
    WrongRate,
    WrongSiren,
)
from domain.settings import SETTINGS_ID, ShopSettings
from domain.shop import Legal, Logo, PackingSlip, Series
from domain.texts import TextMissing, TextTooLong
from tests.examples.facts import LEGAL
from tests.given import context, given

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
LOGO = Logo(media_type="image/png", image=PNG, width=20, height=10)
SHOP = Series(code="shop", kind="invoice", prefix="SHOP-", yearly=False, first=410)


def legal(**facts: Any) -> SetLegal:
    return SetLegal(context=context(repr(facts)), legal=Legal(**{"siren": "732829320", **facts}))


def logo(**facts: Any) -> SetLogo:
    return SetLogo(context=context(repr(facts)), logo=replace(LOGO, **facts))


def series(**facts: Any) -> DefineSeries:
    return DefineSeries(context=context(repr(facts)), series=replace(SHOP, **facts))


class TestLegalDetails:
    def test_what_a_packing_slip_carries_is_set_once(self) -> None:
        command = SetPackingSlip(context=context("slip"), slip=PackingSlip(notes=True))
        given(ShopSettings).when(command).then((PackingSlipSet, {"slip": PackingSlip(notes=True)}))
        given(ShopSettings, command).when(SetPackingSlip(context=context("again"), slip=command.slip)).then_nothing()

    def test_they_are_set_once(self) -> None:
        command = SetLegal(context=context("legal"), legal=LEGAL)
        settings = given(ShopSettings).when(command).then((LegalSet, {"legal": LEGAL}))
        assert settings.shop.legal == LEGAL
        given(ShopSettings, command).when(SetLegal(context=context("again"), legal=LEGAL)).then_nothing()

    @pytest.mark.parametrize("siret", ["", "73282932000074"])
    def test_a_siren_and_a_siret_of_it_are_taken(self, siret: str) -> None:
        given(ShopSettings).when(legal(siret=siret)).then(LegalSet)

    def test_the_post_office_has_siret_numbers_of_its_own(self) -> None:
        given(ShopSettings).when(legal(siren="356000000", siret="35600000000049")).then(LegalSet)

    @pytest.mark.parametrize(
        ("facts", "pointer"),
        [
            ({"siren": "732829321"}, "/siren"),
            ({"siren": "73282932"}, "/siren"),
            ({"siren": "73282932O"}, "/siren"),
            ({"siren": "\u0667\u0663\u0662\u0668\u0662\u0669\u0663\u0662\u0660"}, "/siren"),
            ({"siret": "73282932000075"}, "/siret"),
            ({"siret": "55210055400013"}, "/siret"),
            ({"siret": "7328293200007"}, "/siret"),
        ],
    )
    def test_a_number_that_cannot_be_one_is_refused(self, facts: dict[str, str], pointer: str) -> None:
        assert given(ShopSettings).when(legal(**facts)).then_refused(WrongSiren).pointer == pointer

    @pytest.mark.parametrize(
        ("facts", "error", "pointer"),
        [
            ({"operation": "loans"}, UnknownOperation, "/operation"),
            ({"payment_days": -1}, TermOutOfBounds, "/payment_days"),
            ({"payment_days": LONGEST_TERM + 1}, TermOutOfBounds, "/payment_days"),
            ({"late_penalty": -1}, WrongRate, "/late_penalty"),
            ({"early_discount": 10_001}, WrongRate, "/early_discount"),
            ({"capital": "x" * 201}, TextTooLong, "/capital"),
            ({"exemption": "x" * 501}, TextTooLong, "/exemption"),
            ({"footer": "x" * 501}, TextTooLong, "/footer"),
            ({"iban": "x" * 65}, TextTooLong, "/iban"),
        ],
    )
    def test_what_is_out_of_bounds_is_refused_where_it_stands(
        self, facts: dict[str, Any], error: type[DomainError], pointer: str
    ) -> None:
        assert given(ShopSettings).when(legal(**facts)).then_refused(error).pointer == pointer


class TestTheLogo:
    def test_it_is_put_at_the_head_once_and_taken_away_once(self) -> None:
        settings = given(ShopSettings).when(logo()).then((LogoSet, {"logo": LOGO}))
        assert settings.shop.logo == LOGO
        given(ShopSettings, logo()).when(logo(width=20)).then_nothing()
        removal = RemoveLogo(context=context("remove"))
        assert given(ShopSettings, logo()).when(removal).then(LogoRemoved).shop.logo is None
        given(ShopSettings).when(removal).then_nothing()

    def test_a_jpeg_is_taken_as_well(self) -> None:
        given(ShopSettings).when(logo(media_type="image/jpeg", image=JPEG)).then(LogoSet)

    @pytest.mark.parametrize(
        "facts",
        [
            {"media_type": "image/gif"},
            {"media_type": "image/jpeg"},
            {"image": b"<svg/>"},
            {"image": PNG + b"x" * LOGO_BYTES},
            {"width": LOGO_PIXELS + 1},
            {"height": 0},
        ],
        ids=["gif", "png told as jpeg", "svg", "too many bytes", "too wide", "no height"],
    )
    def test_one_that_is_no_picture_in_bounds_is_refused(self, facts: dict[str, Any]) -> None:
        assert given(ShopSettings).when(logo(**facts)).then_refused(WrongLogo).pointer == "/image"


class TestSeries:
    def test_one_is_begun_and_its_years_may_begin_elsewhere(self) -> None:
        settings = given(ShopSettings).when(series()).then((SeriesDefined, {"series": SHOP}))
        assert settings.shop.series["shop"].number(2026, 410) == "SHOP-00410"
        given(ShopSettings, series()).when(series(first=410)).then_nothing()
        given(ShopSettings, series()).when(series(first=500)).then(SeriesDefined)

    @pytest.mark.parametrize("facts", [{"prefix": "S-"}, {"kind": "credit_note"}, {"yearly": True}])
    def test_what_its_numbers_were_promised_by_stays(self, facts: dict[str, Any]) -> None:
        given(ShopSettings, series()).when(series(**facts)).then_refused(SeriesFixed)

    @pytest.mark.parametrize("taken", ["F", "A", "SHOP-"])
    def test_no_two_can_give_the_same_number(self, taken: str) -> None:
        command = series(code="other", prefix=taken)
        assert given(ShopSettings, series()).when(command).then_refused(PrefixTaken).pointer == "/prefix"

    @pytest.mark.parametrize("prefix", ["", "f", "F2026", "F2026-", "1F", "F F", "F" * 13, "F\n"])
    def test_a_prefix_leaves_no_doubt_where_the_number_begins(self, prefix: str) -> None:
        given(ShopSettings).when(series(prefix=prefix)).then_refused(WrongPrefix)

    @pytest.mark.parametrize(
        ("facts", "error", "pointer"),
        [
            ({"code": ""}, TextMissing, "/code"),
            ({"kind": "receipt"}, UnknownKind, "/kind"),
            ({"first": 0}, FirstOutOfBounds, "/first"),
            ({"first": LARGEST_FIRST + 1}, FirstOutOfBounds, "/first"),
        ],
    )
    def test_what_is_out_of_bounds_is_refused(
        self, facts: dict[str, Any], error: type[DomainError], pointer: str
    ) -> None:
        assert given(ShopSettings).when(series(**facts)).then_refused(error).pointer == pointer

    def test_a_shop_has_so_many_and_no_more(self) -> None:
        letters = [first + second for first in "ABC" for second in "ABCDEFGHIJKLMNOP"]
        many = [series(code=told, prefix=f"{told}-") for told in letters]
        assert len(many) + len(ShopSettings.blank(SETTINGS_ID).shop.series) == MAX_SERIES
        given(ShopSettings, *many).when(series()).then_refused(TooManySeries)
