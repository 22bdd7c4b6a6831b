"""Mappings over HTTP: proposed for a file, kept under a name, read, replaced and removed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from flask import Response, current_app
from marshmallow import fields
from msgspec import Struct

from api.access import needs
from api.bodies import Resource
from api.imports.upload import OPTIONS, received
from api.parameters import names_query
from api.problems import Problem, plain
from api.requests import context, handle, respond, runtime
from api.schemas import Body, Text, page_form
from domain.mappings import LONGEST, RemoveMapping, SaveMapping, mapping_named, mappings_for
from domain.settings import ShopSettings
from domain.shop import ImportMapping, Shop

EXTENSION = "carnet.mappings"

mappings = Resource(
    "mappings", __name__, url_prefix="/imports/mappings", description="How files that no profile knows are read"
)


class UnreadableMapping(Exception):
    """A mapping, or the file that one is to be proposed for, cannot be read; the message says why."""


class ProposedColumn(NamedTuple):
    """A column, the field that it was taken for (empty: left out), how surely, why, and samples of it."""

    column: str
    field: str
    certainty: str
    why: str
    samples: Sequence[str]


class Proposal(NamedTuple):
    """A mapping proposed for a file: as TOML, column by column, the file's header, the profile that knows it, and the
    fields that a column may be read as.
    """

    mapping: str
    columns: Sequence[ProposedColumn]
    header: tuple[str, ...]
    profile: str
    field_names: Sequence[str]


class Mappings(Protocol):
    """What reads mappings and files: the composition hands it in, for the API knows nothing of importers."""

    def columns(self, text: str) -> tuple[str, ...]:
        """The columns that a mapping speaks of; raises `UnreadableMapping`."""
        ...

    def propose(self, path: Path, source: str) -> Proposal:
        """A mapping for a file of orders; raises `UnreadableMapping`."""
        ...


class MappingForm(Body):
    """A mapping, as TOML."""

    mapping = Text(LONGEST, filled=True, lines=True, required=True)

    class Loaded(Struct, frozen=True, kw_only=True):
        mapping: str


class MappingAnswer(Body):
    """A mapping that is kept, and the columns that it speaks of."""

    name = fields.String(required=True)
    mapping = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)


class ProposedColumnAnswer(Body):
    """A column of the file, and what it was taken for: no field where it was left out. Of what tells of a person the
    samples show the shape (`Xxx Xxxxxx`).
    """

    column = fields.String(required=True)
    field = fields.String(required=True)
    certainty = fields.String(required=True)
    why = fields.String(required=True)
    samples = fields.List(fields.String(), required=True)


class ProposalAnswer(Body):
    """A mapping to correct: as TOML, column by column; the mappings that are kept for such a header, and the profile
    that knows it (empty where none does): with one of these no other is needed. `field_names` are what a column may
    be read as (`billing/city`).
    """

    mapping = fields.String(required=True)
    columns = fields.List(fields.Nested(ProposedColumnAnswer), required=True)
    kept = fields.List(fields.String(), required=True)
    profile = fields.String(required=True)
    field_names = fields.List(fields.String(), required=True)


def _reader() -> Mappings:
    reader = cast("Mappings | None", current_app.extensions[EXTENSION])
    if reader is None:
        raise Problem(501, "no-reader", "This server was composed without a reader of mappings.")
    return reader


def _answer(mapping: ImportMapping) -> dict[str, Any]:
    return {"name": mapping.name, "mapping": mapping.text, "columns": list(mapping.columns)}


@mappings.get("")
@needs("imports:read")
@mappings.response(200, page_form(MappingAnswer))
def get_mappings() -> Response:
    """The mappings that are kept, by name."""
    kept = runtime().desk.shop().mappings
    return respond({"items": [_answer(kept[name]) for name in sorted(kept)], "next": None})


@mappings.post("/guess")
@needs("imports:write")
@mappings.response(200, ProposalAnswer)
@partial(names_query, form=OPTIONS)
def guess_mapping() -> Response:
    """Propose a mapping for a file, sent as for an import; nothing is imported and nothing kept."""
    with received(runtime().settings) as upload:
        if len(upload.paths) > 1:
            raise Problem(422, "several-files", "A mapping is proposed for one file at a time.")
        try:
            proposal = _reader().propose(upload.paths[0], upload.source or "shop")
        except UnreadableMapping as error:
            raise Problem(422, "unusable-file", str(error)) from None
    return respond(
        {
            "mapping": proposal.mapping,
            "columns": [column._asdict() for column in proposal.columns],
            "kept": mappings_for(runtime().desk.shop(), proposal.header),
            "profile": proposal.profile,
            "field_names": list(proposal.field_names),
        }
    )


@mappings.get("/<string:name>")
@needs("imports:read")
@mappings.response(200, MappingAnswer)
def get_mapping(name: str) -> Response:
    """The mapping that is kept under a name."""
    return respond(_answer(mapping_named(runtime().desk.shop(), name)))


@mappings.put("/<string:name>")
@needs("settings:write")
@mappings.arguments(MappingForm)
@mappings.response(200, MappingAnswer)
def save_mapping(form: MappingForm.Loaded, name: str) -> Response:
    """Keep a mapping under a name, in the place of one of that name; one that cannot be read is refused with why."""
    try:
        columns = _reader().columns(form.mapping)
    except UnreadableMapping as error:
        raise Problem(422, "bad-mapping", plain(str(error))) from None

    def render(changed: ShopSettings, shop: Shop) -> dict[str, Any]:
        return _answer(mapping_named(changed.shop, name))

    return handle(SaveMapping(context=context(), name=name, text=form.mapping, columns=columns), render=render)


@mappings.delete("/<string:name>")
@needs("settings:write")
@mappings.response(204)
def remove_mapping(name: str) -> Response:
    """Keep a mapping no longer; imports that were read by it keep theirs."""
    command = RemoveMapping(context=context(), name=name)
    return handle(command, render=lambda changed, shop: None, status=204)
