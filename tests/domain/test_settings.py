from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert
from msgspec.structs import replace

from domain.addresses import Address, UnknownCountry
from domain.events import Command
from domain.methods import (
    BadTrackingAddress,
    CarrierDefined,
    CarrierRetired,
    DefineCarrier,
    DefinePaymentMethod,
    DefineShippingMethod,
    PaymentMethodDefined,
    PaymentMethodRetired,
    RetireCarrier,
    RetirePaymentMethod,
    RetireShippingMethod,
    ShippingMethodDefined,
    ShippingMethodRetired,
)
from domain.money import UnknownCurrency
from domain.settings import (
    MAX_POSITION,
    SETTINGS_ID,
    BadCode,
    BadColour,
    Carrier,
    DefaultsSet,
    DefineStatus,
    PositionOutOfBounds,
    RetireStatus,
    SellerSet,
    SetDefaults,
    SetSeller,
    Shop,
    ShopSettings,
    StageFixed,
    StatusDefined,
    StatusInUse,
    StatusRetired,
    UnknownLocale,
    UnknownMethod,
)
from domain.statuses import STAGES, UnknownStage, UnknownStatus
from domain.texts import TextMissing, TextTooLong
from domain.upcasters import UPCASTERS
from tests.examples.facts import ADDRESS, CHEQUE, COURIER, DEFAULTS, PACKED, POST
from tests.given import context, given

NOW = context("settings")

SETTERS: list[tuple[Command, type, dict[str, Any]]] = [
    (DefineStatus(context=NOW, status=PACKED), StatusDefined, {"status": PACKED}),
    (DefinePaymentMethod(context=NOW, method=CHEQUE), PaymentMethodDefined, {"method": CHEQUE}),
    (DefineShippingMethod(context=NOW, method=COURIER), ShippingMethodDefined, {"method": COURIER}),
    (DefineCarrier(context=NOW, carrier=POST), CarrierDefined, {"carrier": POST}),
    (SetSeller(context=NOW, seller=ADDRESS), SellerSet, {"seller": ADDRESS}),
    (SetDefaults(context=NOW, defaults=DEFAULTS), DefaultsSet, {"defaults": DEFAULTS}),
]
RETIRING: list[tuple[Command, type, str, Command]] = [
    (RetirePaymentMethod(context=NOW, code="cash"), PaymentMethodRetired, "payment method", SETTERS[1][0]),
    (RetireShippingMethod(context=NOW, code="pickup"), ShippingMethodRetired, "shipping method", SETTERS[2][0]),
    (RetireCarrier(context=NOW, code="ups"), CarrierRetired, "carrier", SETTERS[3][0]),
]


def status(**facts: Any) -> DefineStatus:
    return DefineStatus(context=NOW, status=replace(PACKED, **facts))


def carrier(**facts: Any) -> DefineCarrier:
    return DefineCarrier(context=NOW, carrier=replace(POST, **facts))


def method(**facts: Any) -> DefinePaymentMethod:
    return DefinePaymentMethod(context=NOW, method=replace(CHEQUE, **facts))


def way(**facts: Any) -> DefineShippingMethod:
    return DefineShippingMethod(context=NOW, method=replace(COURIER, **facts))


def defaults(**facts: Any) -> SetDefaults:
    return SetDefaults(context=NOW, defaults=replace(DEFAULTS, **facts))


@pytest.mark.parametrize(("command", "event", "facts"), SETTERS, ids=[type(one[0]).__name__ for one in SETTERS])
class TestSetting:
    def test_it_is_written_down(self, command: Command, event: Any, facts: dict[str, Any]) -> None:
        given(ShopSettings).when(command).then((event, facts))

    def test_the_same_again_records_nothing(self, command: Command, event: Any, facts: dict[str, Any]) -> None:
        given(ShopSettings, command).when(command).then_nothing()


@pytest.mark.parametrize(("command", "event", "kind", "other"), RETIRING, ids=[one[2] for one in RETIRING])
class TestRetiring:
    def test_it_leaves_the_desk(self, command: Any, event: Any, kind: str, other: Command) -> None:
        given(ShopSettings, other).when(command).then((event, {"code": command.code}))

    def test_it_leaves_once(self, command: Any, event: Any, kind: str, other: Command) -> None:
        error = given(ShopSettings, command).when(command).then_refused(UnknownMethod, kind=kind, method=command.code)
        assert error.pointer == "/code"
        assert command.code not in error.details["known"].split(", ")


@pytest.mark.parametrize(
    ("command", "error", "pointer"),
    [
        (status(code=""), TextMissing, "/code"),
        (status(code="a b"), BadCode, "/code"),
        (status(code="c" * 65), TextTooLong, "/code"),
        (status(label=" "), TextMissing, "/label"),
        (status(stage="lost"), UnknownStage, "/stage"),
        (status(colour="red"), BadColour, "/colour"),
        (status(colour="#12345g"), BadColour, "/colour"),
        (status(colour="#1234567"), BadColour, "/colour"),
        (status(position=-1), PositionOutOfBounds, "/position"),
        (status(position=MAX_POSITION + 1), PositionOutOfBounds, "/position"),
        (status(code="pending"), StageFixed, "/stage"),
        (method(code="-cash"), BadCode, "/code"),
        (method(label=""), TextMissing, "/label"),
        (way(code="a/b"), BadCode, "/code"),
        (way(label="l" * 201), TextTooLong, "/label"),
        (way(carrier="c" * 201), TextTooLong, "/carrier"),
        (carrier(code="a,b"), BadCode, "/code"),
        (carrier(label=""), TextMissing, "/label"),
        (carrier(tracking_url="http://post.example.com/{code}"), BadTrackingAddress, "/tracking_url"),
        (carrier(tracking_url="https://post.example.com/"), BadTrackingAddress, "/tracking_url"),
        (carrier(tracking_url="https://post.example.com/{code}/{code}"), BadTrackingAddress, "/tracking_url"),
        (carrier(tracking_url="https://post.example.com/{code}/{name}"), BadTrackingAddress, "/tracking_url"),
        (carrier(tracking_url="https://post.example.com/{code}" + "x" * 500), TextTooLong, "/tracking_url"),
        (RetireStatus(context=NOW, code="lost"), UnknownStatus, "/code"),
        (RetireStatus(context=NOW, code="pending"), StatusInUse, "/code"),
        (SetSeller(context=NOW, seller=Address(country="EN")), UnknownCountry, "/country"),
        (defaults(currency="XXX"), UnknownCurrency, "/currency"),
        (defaults(locale="tlh"), UnknownLocale, "/locale"),
        (defaults(number_prefix="p" * 13), TextTooLong, "/number_prefix"),
        (defaults(timezone=""), TextMissing, "/timezone"),
    ],
)
def test_a_set_up_that_no_desk_could_work_with_is_refused(command: Command, error: Any, pointer: str) -> None:
    assert given(ShopSettings).when(command).then_refused(error).pointer == pointer


class TestStatuses:
    def test_a_status_may_be_renamed_but_not_moved_to_another_stage(self) -> None:
        settings = given(ShopSettings, status()).when(status(label="In the box")).then(StatusDefined)
        assert settings.shop.statuses["packed"].label == "In the box"
        error = given(ShopSettings, status()).when(status(stage="pending")).then_refused(StageFixed)
        assert error.details == {"status": "packed", "stage": "processing"}

    def test_a_status_is_retired_while_its_stage_has_another(self) -> None:
        retire = RetireStatus(context=NOW, code="processing")
        settings = given(ShopSettings, status()).when(retire).then((StatusRetired, {"code": "processing"}))
        assert settings.shop.first_status("processing") == PACKED
        last = RetireStatus(context=NOW, code="packed")
        given(ShopSettings, status(), retire).when(last).then_refused(StatusInUse, status="packed", stage="processing")

    def test_every_stage_has_a_status_from_the_first_day(self) -> None:
        assert [Shop().first_status(stage).code for stage in STAGES] == list(STAGES)

    def test_the_first_status_of_a_stage_is_the_merchants_first(self) -> None:
        assert given(ShopSettings).when(status(position=0)).aggregate.shop.first_status("processing") == replace(
            PACKED, position=0
        )

    def test_an_order_sees_the_shop_that_its_history_left(self) -> None:
        settings = given(ShopSettings, *(command for command, _, _ in SETTERS)).when(carrier(label="P.T.T.")).aggregate
        assert settings.id == SETTINGS_ID
        assert settings.shop.payment_methods["cheque"] == CHEQUE
        assert settings.shop.carriers["post"].label == "P.T.T."
        assert (settings.shop.seller, settings.shop.defaults) == (ADDRESS, DEFAULTS)


class TestTracking:
    SHOP = Shop(carriers={"post": POST, "van": Carrier(code="van", label="Our van")})

    def test_the_code_stands_in_the_address_safely(self) -> None:
        assert self.SHOP.tracking_url("post", "A/1 &?#") == "https://post.example.com/A%2F1%20%26%3F%23"

    @pytest.mark.parametrize(("carrier", "code"), [("post", ""), ("van", "A1"), ("Uncle's van", "A1")])
    def test_without_an_address_or_code_there_is_nothing_to_follow(self, carrier: str, code: str) -> None:
        assert self.SHOP.tracking_url(carrier, code) == ""

    def test_every_standard_carrier_could_be_defined(self) -> None:
        for one in Shop().carriers.values():
            given(ShopSettings).when(DefineCarrier(context=NOW, carrier=one)).then_nothing()
            given(ShopSettings).when(DefineCarrier(context=NOW, carrier=replace(one, label="x"))).then(CarrierDefined)


def test_a_payment_method_stored_before_there_were_providers_is_taken_by_hand() -> None:
    sample = Path(__file__).parent / "samples" / "settings.payment-method-defined.v1.json"
    for told in ({}, {"provider": "sandbox"}):
        values = json.loads(sample.read_bytes())
        values["method"] |= told
        event: Any = convert(UPCASTERS["settings.payment-method-defined", 1](values), PaymentMethodDefined)
        assert event.method.provider == told.get("provider", "manual")
