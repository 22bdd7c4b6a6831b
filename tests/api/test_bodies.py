"""Reading a body: in one pass where it has no fault, and never otherwise than the library reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from api.orders import catalogued
from api.orders.forms import OrderForm
from api.schemas import Body
from domain.products import ProductUnknown
from domain.settings import Shop

ORDER: dict[str, Any] = {
    "place": True,
    "currency": "EUR",
    "billing_address": {"name": "Ada Invented", "city": "Paris", "country": "FR", "email": "ada@example.com"},
    "items": [
        {"sku": "MUG", "name": "Mug", "quantity": 2, "unit_price": {"amount": "14.90", "currency": "EUR"}},
        {"sku": "TEA", "name": "Tea", "quantity": 1, "unit_price": {"amount": "8.90", "currency": "EUR"},
         "tax_rate": "5.5"},
    ],
    "tags": ["gift"],
    "shipping_charge": {"amount": "4.90", "currency": "EUR"},
}  # fmt: skip
PLACES: tuple[tuple[str | int, ...], ...] = (
    (), ("billing_address",), ("items", 0), ("items", 1, "unit_price"), ("shipping_charge",),
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 1, 0, -1, 1.5, "", "x", "EUR", "JPY", "4.905", "20.00", [], {}, ["x"], "x" * 500]
)
NAMES = st.sampled_from(
    ["place", "currency", "items", "sku", "name", "quantity", "unit_price", "amount", "tags", "country", "unheard"]
)


@pytest.fixture(autouse=True, scope="module")
def _empty_catalogue() -> Iterator[None]:
    """Lines that tell too little find nothing in the catalogue: no installation runs here."""

    def unknown(sku: str) -> NoReturn:
        raise catalogued._refusal(ProductUnknown("/sku", sku=sku))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogued, "shop", Shop)
        patch.setattr(catalogued, "_product", unknown)
        yield


@given(place=st.sampled_from(PLACES), name=NAMES, value=st.one_of(st.just(...), VALUES))
def test_a_body_is_read_as_the_library_reads_it(place: tuple[str | int, ...], name: str, value: Any) -> None:
    order = deepcopy(ORDER)
    part: Any = order
    for step in place:
        part = part[step]
    if value is ...:
        part.pop(name, None)
    else:
        part[name] = value
    assert outcome(lambda: OrderForm().load(order)) == outcome(lambda: by_the_library(order))


def test_a_body_without_fault_is_read_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = OrderForm().load(ORDER)
    monkeypatch.setattr(Schema, "load", None)
    assert OrderForm().load(ORDER) == expected


def by_the_library(body: dict[str, Any]) -> Any:
    """The body as the library reads it, nested ones as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Body, "load", Schema.load)
        return OrderForm().load(body)


def outcome(read: Callable[[], Any]) -> Any:
    """What was read, or every fault that was named."""
    try:
        return read()
    except ValidationError as error:
        return error.messages
