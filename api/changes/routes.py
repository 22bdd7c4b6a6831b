"""Which orders changed since a position: what every open desk asks again and again, waiting without a thread."""

from __future__ import annotations

from typing import cast

from flask import Request, Response, request
from marshmallow import fields, validate
from msgspec import Struct

from api.access import COOKIE, needs
from api.bodies import Resource
from api.changes.waiting import PERMISSION, Now, changes_since, desks
from api.parking import PARKING, Parking, Question
from api.positions import LEAST, epoch_now
from api.requests import fresh, respond, runtime
from api.schemas import Body, Count

LONGEST_WAIT = 30  # seconds
LARGEST = 2**63 - 1

changes = Resource("changes", __name__, url_prefix="/changes", description="Which orders changed")


class ChangesQuery(Body):
    """From after which position, of which epoch, and how long to wait for a change."""

    after = Count(0, LARGEST, metadata={"description": "`position` of the answer before; left out: from now on"})
    epoch = fields.String(validate=validate.Length(1, 64), metadata={"description": "`epoch` of the answer before"})
    wait = Count(0, LONGEST_WAIT, metadata={"description": "Seconds to wait where nothing changed yet; left out: 0"})

    class Loaded(Struct, frozen=True, kw_only=True):
        after: int | None = None
        epoch: str | None = None
        wait: int = 0


class ChangedOrderAnswer(Body):
    """An order that changed, and its version now; one that is no longer there may be among them."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)


class ChangesAnswer(Body):
    """What changed up to `position`, which is what to ask for as `after` the next time; lists show it already.

    `resync`: more changed than is told, or positions mean other events than before; read what you show anew.
    """

    position = fields.Integer(required=True)
    epoch = fields.String(required=True)
    orders = fields.List(fields.Nested(ChangedOrderAnswer), required=True)
    resync = fields.Boolean(required=True)


@changes.get("")
@needs(PERMISSION)
@changes.arguments(ChangesQuery, location="query")
@changes.response(200, ChangesAnswer)
def get_changes(query: ChangesQuery.Loaded) -> Response:
    """Which orders changed after a position; with `wait` the answer comes when one does, or after so many seconds.

    Where every place to wait in is taken, it comes at once: ask again a moment later.
    """
    fresh("orders")
    now = Now(epoch_now().id, runtime().views.position("orders"))
    after = now.position if query.after is None else query.after
    with runtime().reading() as connection:
        answer = changes_since(connection, now, after, query.epoch)
    if not answer["resync"]:
        _park(after if answer["orders"] else now.position, query, news=bool(answer["orders"]))
    return respond(answer)


def _park(after: int, query: ChangesQuery.Loaded, *, news: bool) -> None:
    """Asks the server to keep the request for a while; where it does, nothing of the answer is sent.

    A request that comes in while there is news waits as well, for the server to say when desks are told: else every
    desk would ask again after each order, and leave no machine to those who write.
    """
    parking = cast("Parking | None", request.environ.get(PARKING))
    seconds = query.wait
    if parking is None or not seconds or (news and parking.has_waited):
        return
    parking.ask(after, seconds)
    if is_plain(request):
        parking.question, parking.teller = _question(after, seconds, query.epoch), desks()


def is_plain(request: Request) -> bool:
    """Whether nothing is asked of the answer beyond what a `Question` tells."""
    kept = request.headers.get("Connection", "keep-alive").lower() == "keep-alive"
    told = not any(name in request.headers for name in (LEAST, "X-Request-Id", "If-None-Match", "Range"))
    return kept and told and request.method == "GET"


def _question(after: int, seconds: int, epoch: str | None) -> Question:
    return Question(
        after=after,
        wait=seconds,
        epoch=epoch,
        authorization=request.headers.get("Authorization"),
        session=request.cookies.get(COOKIE),
        address=request.remote_addr,
        gzip=request.accept_encodings["gzip"] > 0,
    )
