"""Every form ends in a struct of its own, which has the form's fields; and every view takes the struct of its form."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple, cast, get_args, get_origin, get_type_hints

import msgspec
import pytest
from marshmallow import fields, missing
from psycopg_pool import ConnectionPool

from api.app import create_app
from api.imports.upload import ImportOptions
from api.lists import ListForm, ListRequest
from api.orders.cart_forms import AmountsForm
from api.orders.edits import ACTIONS
from api.schemas import Body, Choices, CodedForm, Many
from projections.runtime import Runtime
from projections.settings import Settings

COMPUTED: dict[type[Body], set[str]] = {AmountsForm: {"currency"}, CodedForm: {"code"}}


class Taken(NamedTuple):
    """A view, the forms of what it is told, and what it takes these as."""

    name: str
    forms: list[Body]
    types: list[Any]


def taken() -> Iterator[Taken]:
    """Every view that is told something; no installation runs here."""
    unopened = SimpleNamespace(settings=Settings(), pool=ConnectionPool("", open=False))
    app = create_app(cast("Runtime", unopened))
    for view in {id(view): view for view in app.view_functions.values()}.values():
        forms = forms_of(view)
        if forms:
            plain = inspect.unwrap(view)
            hints = get_type_hints(plain, {**plain.__globals__, **inspect.getclosurevars(plain).nonlocals})
            names = [name for name in inspect.signature(plain).parameters if name in ("query", "form", "part", "span")]
            yield Taken(plain.__name__, forms, [hints[name] for name in names])


def forms_of(view: Any) -> list[Body]:
    """The forms that a view is told by, the query first; none where it reads its query itself."""
    told = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
    found = [one["schema"] for one in reversed(told) if isinstance(one, dict) and isinstance(one.get("schema"), Body)]
    return [form for form in found if type(form) is not ImportOptions]


def within(form: Body) -> Iterator[Body]:
    """A form, and all that stand in it."""
    yield form
    for field in form.load_fields.values():
        inner = field
        while isinstance(inner, fields.List | fields.Dict):
            inner = inner.inner if isinstance(inner, fields.List) else cast("Any", inner.value_field)
        if isinstance(inner, fields.Nested):
            yield from within(cast("Body", inner.schema))


TAKEN = list(taken())
FORMS = {type(form): form for one in TAKEN for whole in one.forms for form in within(whole)}
FORMS |= {type(form): form for action in ACTIONS.values() for form in within(action.form)}


def struct_of(form: Body) -> Any:
    """What a form becomes."""
    made = get_type_hints(type(form).made, cast("Any", type(form).made).__globals__, {**vars(type(form))})["return"]
    return type(form).Loaded if made is Any else made


def plain(form: Body) -> bool:
    """Whether a form's fields are its struct's, as they are."""
    return type(form).made in (Body.made, AmountsForm.made, CodedForm.made)


def without_default(struct: Any) -> set[str]:
    if issubclass(struct, tuple):
        return set(struct._fields) - set(struct._field_defaults)
    return {field.name for field in msgspec.structs.fields(struct) if field.required}


def names_of(struct: Any) -> set[str]:
    return set(struct._fields if issubclass(struct, tuple) else struct.__struct_fields__)


def test_there_are_forms() -> None:
    assert len(FORMS) > 60
    assert len(TAKEN) > 100


@pytest.mark.parametrize("form", [form for form in FORMS.values() if plain(form)], ids=lambda form: type(form).__name__)
def test_a_form_and_its_struct_have_the_same_fields(form: Body) -> None:
    struct = type(form).Loaded
    computed = set().union(*(names for base, names in COMPUTED.items() if isinstance(form, base)))
    told = {field.attribute or name: field for name, field in type(form)().load_fields.items()}
    assert names_of(struct) - computed == set(told)
    never_absent = {name for name, field in told.items() if field.required or field.load_default is not missing}
    assert without_default(struct) - computed == never_absent


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: type(form).__name__)
def test_several_values_are_a_tuple(form: Body) -> None:
    lists = [name for name, field in form.load_fields.items() if isinstance(field, fields.List)]
    assert all(isinstance(form.load_fields[name], Many | Choices) for name in lists), lists


@pytest.mark.parametrize(
    "form", [form for form in FORMS.values() if isinstance(form, ListForm)], ids=lambda form: type(form).__name__
)
def test_what_a_list_is_narrowed_by_are_its_filters(form: ListForm) -> None:
    reading = names_of(type(form).Loaded)
    filters = names_of(type(form).Filters)
    told = set(type(form)().load_fields) - reading
    assert told <= filters
    assert not filters & reading


@pytest.mark.parametrize("one", TAKEN, ids=lambda one: one.name)
def test_a_view_takes_what_its_forms_become(one: Taken) -> None:
    assert len(one.types) == len(one.forms), f"{one.name} takes {one.types}"
    for form, taken_as in zip(one.forms, one.types, strict=True):
        if isinstance(form, ListForm) and type(form).Loaded is ListRequest:
            assert get_origin(taken_as) is ListRequest
            assert get_args(taken_as) == (type(form).Filters,)
        elif isinstance(form, CodedForm):
            assert issubclass(struct_of(form), taken_as)
        else:
            assert taken_as is struct_of(form)
