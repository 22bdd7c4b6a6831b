"""Imports: a file that is taken in, what was chosen for it, how far it came, and whether it was taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from msgspec import Struct

from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Event
from domain.findings import Finding
from domain.settings import Shop
from domain.texts import CODE, NAME, check_text

Kind = Literal["orders", "tracking", "statuses", "products", "payments", "customers", "stock", "coupons"]
StockOfThePast = Literal["leave", "apply"]
OnChange = Literal["report", "update"]
CustomersOfTheFile = Literal["keep", "update"]

RUNNING, PAUSED, CANCELLED, FAILED, COMPLETED = "running", "paused", "cancelled", "failed", "completed"
UNDOING, UNDONE, NEEDS_ANSWER = "undoing", "undone", "needs-answer"
State = Literal["running", "paused", "cancelled", "failed", "completed", "undoing", "undone", "needs-answer"]
STATES: tuple[State, ...] = get_args(State)
KINDS: tuple[str, ...] = get_args(Kind)
TAKEN_BACK = ("orders", "products", "customers", "stock", "coupons")
LONGEST_DETAIL = 2_000
MOST_FILES = 100
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
LONGEST_FORM = 64
FIRST_YEAR, LAST_YEAR = 1900, 2001  # that the hundred years meant by two digits may begin with


def is_form_of_dates(form: str) -> bool:
    """Whether a form of dates can be meant: none, day-first, month-first, or a format of strptime."""
    return form in ("", DAY_FIRST, MONTH_FIRST) or ("%" in form and len(form) <= LONGEST_FORM)


class ImportNotFound(NotFound):
    """There is no such import."""

    code = "import-not-found"


class ImportExists(Conflict):
    """This import was started before."""

    code = "import-exists"


class WrongImportState(Conflict):
    """An import that is {state} cannot be {wanted}."""

    code = "wrong-import-state"


class NothingToUndo(Rejected):
    """Tracking codes, statuses and payments cannot be taken back, and a dry run stored nothing."""

    code = "nothing-to-undo"


class Choices(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was chosen for an import: a dry run stores nothing; stock is left alone, nobody is told and nothing is
    automated, an order that changed since is only reported, and a customer keeps the name of the card, unless said
    otherwise."""

    dry_run: bool = False
    stock: StockOfThePast = "leave"
    automations: bool = False
    on_change: OnChange = "report"
    customers: CustomersOfTheFile = "keep"


# What kinds that touch no order need.
ALONE = {"products": "stock:write", "stock": "stock:write", "customers": "customers:write", "coupons": "coupons:write"}


def needed(kind: str, choices: Choices) -> frozenset[str]:
    """The permissions that an import needs besides its own: those of what it does; a dry run does nothing."""
    if choices.dry_run:
        return frozenset()
    if kind in ALONE:
        return frozenset({ALONE[kind]})
    needs = {"orders:write"}
    if kind == "orders":
        needs |= {"orders:refund", "customers:write"}
    if kind == "payments":
        needs.add("orders:refund")
    if kind == "orders" and choices.stock == "apply":
        needs.add("stock:write")
    return frozenset(needs)


class Import(Aggregate):
    """One file taken in, from its start to its end; `totals` are its control totals as the importer told them.

    `asked_by` is who had it begun, resumed, answered or taken back last: it goes on for as long as they may do what it
    does. `findings` are what looked wrong before anything was stored, `checked` those that somebody said to be right.
    """

    TOPIC = "import"

    def clear(self) -> None:
        self.kind: str = "orders"
        self.source = ""
        self.profile = ""
        self.choices = Choices()
        self.state = ""
        self.asked_by = ""
        self.reason = ""
        self.detail = ""
        self.started_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.totals: dict[str, Any] = {}
        self.taken_back: dict[str, Any] = {}
        self.findings: tuple[Finding, ...] = ()
        self.checked: frozenset[str] = frozenset()


class ImportCommand(Command, frozen=True, kw_only=True):
    """Something asked of one import."""

    import_id: UUID


class StartImport(ImportCommand, frozen=True, kw_only=True):
    """Begin to take a file in; no `source` means the profile's own."""

    kind: Kind = "orders"
    source: str = ""
    choices: Choices = Choices()


class ReadImport(ImportCommand, frozen=True, kw_only=True):
    """Say that the whole file was read: whose export it is, and how many rows and orders it tells of."""

    profile: str
    source: str
    rows: int
    orders: int


class PauseImport(ImportCommand, frozen=True, kw_only=True):
    """Stop after the batch in hand, to go on later."""


class ResumeImport(ImportCommand, frozen=True, kw_only=True):
    """Go on where it stopped."""


class CancelImport(ImportCommand, frozen=True, kw_only=True):
    """Stop for good; what came in stays and can be taken back."""


class FailImport(ImportCommand, frozen=True, kw_only=True):
    """Say that it cannot go on, and why; it can be resumed once that was put right."""

    code: str
    detail: str = ""


class CompleteImport(ImportCommand, frozen=True, kw_only=True):
    """Say that every row is accounted for, and what they came to."""

    totals: dict[str, Any]


class BeginUndo(ImportCommand, frozen=True, kw_only=True):
    """Begin to take it back."""


class CompleteUndo(ImportCommand, frozen=True, kw_only=True):
    """Say what was taken back and what could not be."""

    totals: dict[str, Any]


class ImportStarted(Event, frozen=True, kw_only=True):
    """Somebody had a file taken in."""

    TOPIC = "import.started"
    BEGINS = True

    kind: str
    source: str
    choices: Choices

    def apply(self, one: Import) -> None:
        one.kind = self.kind
        one.source = self.source
        one.choices = self.choices
        one.state, one.asked_by = RUNNING, self.metadata.actor
        one.started_at = self.timestamp


class ImportRead(Event, frozen=True, kw_only=True):
    """The whole file was read once: its profile and its size are known."""

    TOPIC = "import.read"

    profile: str
    source: str
    rows: int
    orders: int

    def apply(self, one: Import) -> None:
        one.profile = self.profile
        one.source = self.source


class ImportPaused(Event, frozen=True, kw_only=True):
    """It rests."""

    TOPIC = "import.paused"

    def apply(self, one: Import) -> None:
        one.state = PAUSED


class ImportResumed(Event, frozen=True, kw_only=True):
    """It goes on where it stopped."""

    TOPIC = "import.resumed"

    was: str

    def apply(self, one: Import) -> None:
        one.state, one.asked_by = RUNNING, self.metadata.actor
        one.reason = one.detail = ""


class ImportCancelled(Event, frozen=True, kw_only=True):
    """It was stopped for good."""

    TOPIC = "import.cancelled"

    def apply(self, one: Import) -> None:
        one.state = CANCELLED
        one.ended_at = self.timestamp


class ImportFailed(Event, frozen=True, kw_only=True):
    """It could not go on."""

    TOPIC = "import.failed"

    code: str
    detail: str = ""

    def apply(self, one: Import) -> None:
        one.state = FAILED
        one.reason = self.code
        one.detail = self.detail


class ImportCompleted(Event, frozen=True, kw_only=True):
    """Every row of the file is accounted for."""

    TOPIC = "import.completed"

    totals: dict[str, Any]

    def apply(self, one: Import) -> None:
        one.state = COMPLETED
        one.totals = self.totals
        one.ended_at = self.timestamp


class UndoBegun(Event, frozen=True, kw_only=True):
    """Somebody has it taken back."""

    TOPIC = "import.undo-begun"

    was: str

    def apply(self, one: Import) -> None:
        one.state, one.asked_by = UNDOING, self.metadata.actor


class ImportUndone(Event, frozen=True, kw_only=True):
    """It was taken back, but for what was worked on since."""

    TOPIC = "import.undone"

    totals: dict[str, Any]

    def apply(self, one: Import) -> None:
        one.state = UNDONE
        one.taken_back = self.totals


def start_import(one: Import, command: StartImport, shop: Shop) -> None:
    """Begins an import once."""
    if one.exists:
        raise ImportExists()
    check_text(command.source, NAME, "/source")
    one.record(ImportStarted, command.context, kind=command.kind, source=command.source, choices=command.choices)


def read_import(one: Import, command: ReadImport, shop: Shop) -> None:
    """Writes down what the file turned out to be, once."""
    if not one.profile:
        check_text(command.source, NAME, "/source", required=True)
        one.record(
            ImportRead,
            command.context,
            profile=command.profile,
            source=command.source,
            rows=command.rows,
            orders=command.orders,
        )


def pause_import(one: Import, command: PauseImport, shop: Shop) -> None:
    """Lets a running import rest."""
    if one.state != PAUSED:
        require_state(one, "paused", RUNNING)
        one.record(ImportPaused, command.context)


def resume_import(one: Import, command: ResumeImport, shop: Shop) -> None:
    """Lets an import go on that rests or had failed."""
    if one.state != RUNNING:
        require_state(one, "resumed", PAUSED, FAILED)
        one.record(ImportResumed, command.context, was=one.state)


def cancel_import(one: Import, command: CancelImport, shop: Shop) -> None:
    """Stops an import for good."""
    if one.state != CANCELLED:
        require_state(one, "cancelled", RUNNING, PAUSED, FAILED, NEEDS_ANSWER)
        one.record(ImportCancelled, command.context)


def fail_import(one: Import, command: FailImport, shop: Shop) -> None:
    """Writes down why an import cannot go on; one that was stopped meanwhile stays so."""
    check_text(command.code, CODE, "/code", required=True)
    if one.state == RUNNING:
        one.record(ImportFailed, command.context, code=command.code, detail=command.detail[:LONGEST_DETAIL])


def complete_import(one: Import, command: CompleteImport, shop: Shop) -> None:
    """Ends an import that came to the end of its file."""
    if one.state != COMPLETED:
        require_state(one, "completed", RUNNING, PAUSED)
        one.record(ImportCompleted, command.context, totals=command.totals)


def begin_undo(one: Import, command: BeginUndo, shop: Shop) -> None:
    """Begins to take back what came in; an undo that left something, or is somebody else's, may be asked for again."""
    if one.kind not in TAKEN_BACK or one.choices.dry_run:
        raise NothingToUndo()
    if one.state != UNDOING or one.asked_by != command.context.actor:
        require_state(one, "undone", UNDOING, CANCELLED, FAILED, COMPLETED, UNDONE)
        one.record(UndoBegun, command.context, was=one.state)


def complete_undo(one: Import, command: CompleteUndo, shop: Shop) -> None:
    """Ends an undo."""
    if one.state != UNDONE:
        require_state(one, "undone", UNDOING)
        one.record(ImportUndone, command.context, totals=command.totals)


def require_state(one: Import, wanted: str, *states: str) -> None:
    if one.state not in states:
        raise WrongImportState(state=one.state, wanted=wanted)


EVENTS: tuple[type[Event], ...] = (
    ImportStarted,
    ImportRead,
    ImportPaused,
    ImportResumed,
    ImportCancelled,
    ImportFailed,
    ImportCompleted,
    UndoBegun,
    ImportUndone,
)

HANDLERS = {
    StartImport: start_import,
    ReadImport: read_import,
    PauseImport: pause_import,
    ResumeImport: resume_import,
    CancelImport: cancel_import,
    FailImport: fail_import,
    CompleteImport: complete_import,
    BeginUndo: begin_undo,
    CompleteUndo: complete_undo,
}
