"""Exports that a job makes: asked for with their filters sealed, since a search may hold a name; and found again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec.structs import replace

from domain.converting import converter
from projections.exports.lists import EXPORTED
from projections.exports.reading import ExportRequest
from projections.log import Session
from projections.log.keys import SharedKey
from projections.views.orders import OrderFilters
from projections.work import jobs
from projections.work.jobs import Held, Part

KIND = "exports"
OF_ORDERS = "orders.export"  # of orders that were picked, by a bulk action


class Wanted(NamedTuple):
    """What a job is to export, and as which format."""

    asked: ExportRequest
    form: str


_asked: Callable[[Any], ExportRequest] = converter(ExportRequest)
_filters: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(exported.filters) for name, exported in EXPORTED.items()
}


def ask(session: Session, key: SharedKey, job_id: UUID, wanted: Wanted, actor: str) -> None:
    """Asks for the job in the transaction of a save; how many rows there are is told once it reads them."""
    asked = wanted.asked
    told = {
        "list": asked.list,
        "format": wanted.form,
        "columns": asked.columns,
        "sort": asked.sort,
        "personal": asked.personal,
    }
    told |= asked.point.told()
    filters = key.seal_text(msgspec.json.encode(asked.filters), job_id.bytes)
    permission = EXPORTED[asked.list].permission
    jobs.create(session, job_id, KIND, told, [Part(0, {"filters": filters})], actor, permission=permission)


def wanted_of(key: SharedKey, held: Held) -> Wanted:
    """What the job in hand is to export."""
    told = dict(held.parameters)
    form = told.pop("format", "csv")
    if held.kind == OF_ORDERS:
        ids = tuple(UUID(one) for one in held.content["ids"])
        columns = tuple(told.get("columns", ()))
        listed = told.get("list", "orders")
        filters = OrderFilters(ids=ids)
        return Wanted(
            ExportRequest(
                list=listed,
                filters=filters,
                columns=columns,
                sort=held.content.get("sort", ""),
                personal=told.get("personal", True),
            ),
            form,
        )
    asked = _asked({**told, "filters": None})
    plain = key.open_text(held.content["filters"], held.job_id.bytes)
    return Wanted(replace(asked, filters=_filters[asked.list].decode(plain)), form)
