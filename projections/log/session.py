"""One save: claims, loads, and one append that commits; until then nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID, uuid4

import psycopg

from domain.events import Aggregate, Event, fold
from domain.lookup import CustomerClaim
from projections.log.claims import Claims
from projections.log.durability import Connection, Durability, make_durable
from projections.log.epochs import CHANGED
from projections.log.errors import IncarnationChanged, NotDurable, NothingRecorded, OutcomeUnknown, VersionConflict
from projections.log.keys import KeyRing, SubjectErased
from projections.log.mapper import EventMapper, SealedEvent, UnsealedPersonalData
from projections.log.numbers import Numbers
from projections.log.recorder import BEGIN, Along, KeptAnswer, LogRecorder, NewCustomer, Row
from projections.log.requests import Answer, KnownRequest, RequestKey, kept_answer, repeated_answer
from projections.postgres.connections import bound

A = TypeVar("A", bound=Aggregate)


_ERASE = "SELECT log.erase(%(subject)s)"
_HAND_OVER = "SELECT log.hand_over(%(subject)s, %(holder)s)"
_HAND_ADDRESS = "SELECT log.hand_address(%(email)s, %(giver)s, %(taker)s)"
_LOCK = "SELECT pg_advisory_xact_lock(number) FROM unnest(%(numbers)s::bigint[]) AS asked (number)"


class Opening(NamedTuple):
    """What a save starts from. An `answer` ends it: the request ran before."""

    answer: Answer | None
    customer: CustomerClaim | None
    number: int | None
    events: Mapping[UUID, list[Event]]


class Session:
    """One save on the log, for one thread. Opening, loading and committing need no transaction: what was overtaken is a
    conflict at the commit. A lock, or a claim that others must wait for, begins one.
    """

    def __init__(
        self,
        connection: Connection,
        recorder: LogRecorder,
        mapper: EventMapper,
        keys: KeyRing,
        settle: Callable[[Sequence[SealedEvent], Along | None, UUID], int | None],
        incarnation: UUID,
        durability: Durability,
        numbers: Numbers,
    ) -> None:
        """`incarnation` is the one that the connection talks to; `settle` finds out what became of an append."""
        self.connection = connection
        self.incarnation = incarnation
        self.committed = False
        self._recorder = recorder
        self._mapper = mapper
        self._keys = keys
        self._settle = settle
        self._durability = durability
        self._numbers = numbers
        self._documents: list[tuple[str, int, int]] = []
        self._reached = 0
        self._claims = Claims(connection, keys)
        self._begun = False
        self._request: RequestKey | None = None
        self._new_customer: NewCustomer | None = None
        self._wrapped: dict[UUID, bytes | None] = {}
        self._loaded: dict[UUID, list[Event]] = {}
        self._pending: list[Event] = []

    def open(
        self,
        *,
        request: RequestKey | None = None,
        email: str | None = None,
        series: str | None = None,
        streams: Collection[UUID] | Mapping[UUID, int] = (),
    ) -> Opening:
        """Looks up and loads in one round trip: `streams` are ids, or ids with the version after which to read.

        Streams read whole are kept for `load`; an `email` (normalised) brings its customer's stream along. The request
        and a new e-mail address are claimed by the commit.
        """
        after = streams if isinstance(streams, Mapping) else dict.fromkeys(streams, 0)
        email_hash = self._keys.email_hash(email) if email else None
        if not (request or email_hash or series):
            found = self._recorder.take(self._recorder.ask_streams(self.connection, after))
            self._require(found.incarnation)
            return Opening(None, None, None, self._take_streams(found.rows, after, None))
        if email and email_hash and self._new_customer:  # an append claims one address: others are claimed at once
            customer = self._another(email, email_hash, self._new_customer)
            opening = self.open(request=request, series=series, streams={**after, customer.customer_id: 0})
            return opening._replace(customer=customer)
        start = self._claims.start(request, email_hash, series, after)
        self._require(start.incarnation)
        if start.number is not None and series is not None:
            self._numbers.cover(series, start.number)
        answer = self._answered_before(request, start.request) if request else None
        claimed = None
        if email_hash and not answer:
            claimed = self._customer(email_hash, start.customer, start.wrapped)
        return Opening(answer, claimed, start.number, self._take_streams(start.rows, after, claimed))

    def claim_request(self, request: RequestKey) -> Answer | None:
        """The answer given to this request before; None when it is ours to run, as long as nobody commits it first."""
        return self.open(request=request).answer

    def customer_for(self, email: str) -> CustomerClaim:
        """The customer a normalised e-mail address belongs to, claimed for the first who names it."""
        return self.customers_for((email,))[email]

    def customers_for(self, emails: Collection[str]) -> dict[str, CustomerClaim]:
        """The customers of many normalised e-mail addresses."""
        self.begin()
        return self._customers(emails)

    def claim_email(self, email: str, customer_id: UUID) -> CustomerClaim:
        """Claims a normalised e-mail address for this customer; tells whose it is where somebody else has it."""
        self.begin()
        return self._customers((email,), customer_id)[email]

    def hand_email(self, email: str, giver: UUID, taker: UUID) -> None:
        """Makes a normalised e-mail address another customer's; `VersionConflict` where it is not the giver's."""
        self.begin()
        facts = {"email": self._keys.email_hash(email), "giver": giver, "taker": taker}
        if self.connection.execute(_HAND_ADDRESS, facts).fetchone() != (True,):
            raise VersionConflict

    def erase(self, subject: UUID) -> None:
        """Forgets a person together with what this save records: their keys and their e-mail addresses."""
        self.begin()
        self.connection.execute(_ERASE, {"subject": subject}, prepare=True)
        self._wrapped[subject] = None

    def ensure_subject(self, subject: UUID, holder: UUID | None = None) -> None:
        """Makes a key for the subject where there is none; erasing `holder` erases the subject as well."""
        self.ensure_subjects((subject,), holder)

    def ensure_subjects(self, subjects: Collection[UUID], holder: UUID | None = None) -> None:
        """The same for many subjects of one holder."""
        self.begin()
        wrapped = self._claims.subjects(subjects, holder)
        self._wrapped.update(wrapped)
        for subject, key in wrapped.items():
            if key is None:
                raise SubjectErased(subject=subject)

    def hand_over(self, subject: UUID, holder: UUID) -> None:
        """Lets the erasing of `holder` take the subject's key along."""
        self.begin()
        self.connection.execute(_HAND_OVER, {"subject": subject, "holder": holder}, prepare=True)

    def next_number(self, series: str) -> int:
        """The next number of a series; one given to a save that is refused is not given again."""
        return self.next_numbers(series, 1)[0]

    def next_numbers(self, series: str, wanted: int) -> list[int]:
        """The next numbers of a series, lowest first."""
        self.begin()
        found = self._claims.numbers(series, wanted)
        if found:
            self._numbers.cover(series, found[-1])
        return found

    def next_document(self, series: str, period: int, first: int, on: date) -> tuple[int, date]:
        """The next number of a series of documents in a period, and its day: never before that of the one before it.

        Others wait until this save ends; one that fails takes no number.
        """
        self.begin()
        number, day = self._claims.document(series, period, first, on)
        self._numbers.check_document(series, period, number)
        self._documents.append((series, period, number))
        return number, day

    def lock(self, *keys: UUID) -> None:
        """Lets one save at a time pass for each of these keys, until it ends; their streams are read anew after it."""
        self.begin()
        for key in keys:
            self._loaded.pop(key, None)
        numbers = sorted(key.int & (2**63 - 1) for key in keys)
        self.connection.execute(_LOCK, {"numbers": numbers}, prepare=True)

    def load(self, cls: type[A], originator_id: UUID) -> A:
        """The aggregate as it is now; raises `NothingRecorded` when nothing has happened to it."""
        aggregate = self.load_or_blank(cls, originator_id)
        if not aggregate.exists:
            raise NothingRecorded(id=originator_id)
        return aggregate

    def load_or_blank(self, cls: type[A], originator_id: UUID) -> A:
        """The aggregate as it is now, with what this save has taken, before its first event where there is none."""
        if originator_id not in self._loaded:
            self.open(streams=(originator_id,))
        saved = [event for event in self._pending if event.originator_id == originator_id]
        return folded(cls, originator_id, [*self._loaded[originator_id], *saved])

    def saved(self, originator_id: UUID) -> list[Event]:
        """What this save already holds of one stream, still to be appended."""
        return [event for event in self._pending if event.originator_id == originator_id]

    def save(self, *aggregates: Aggregate) -> None:
        """Takes the events the aggregates have recorded; `commit` appends them, in this order."""
        for aggregate in aggregates:
            self._pending.extend(cast("Sequence[Event]", aggregate.collect_events()))

    def commit(self, answer: Answer | None = None) -> int:
        """Appends what was saved, keeps the request's answer, ends the transaction; gives the log's last position.

        Raises `VersionConflict` when a stream has moved on, `IncarnationChanged` when what it was decided on may have
        vanished. A lost connection is looked into: what was recorded counts as recorded; otherwise
        `psycopg.OperationalError` says that nothing was, and the save may be run again. Only `OutcomeUnknown` leaves it
        open.
        """
        if self._request is not None and answer is None:
            raise TypeError("a claimed request must be answered")
        sealed, begun = self._sealed(answer), self._begun
        along = Along(self._kept(answer), self._new_customer)
        try:
            position = self._recorder.append(self.connection, sealed, along, decided_in=self.incarnation, begun=begun)
        except psycopg.errors.UniqueViolation as error:
            return self._recorded_before(sealed, error)
        except psycopg.errors.CheckViolation as error:
            raise IncarnationChanged from error
        except NotDurable as error:
            position = self._made_durable(sealed, error)
        except psycopg.OperationalError:
            # A backend that is ended after its commit says so before its connection is known to be closed.
            again = None if begun or not self.connection.closed else along
            settled = self._settle(sealed, again, self.incarnation)
            if settled is None:
                raise
            position = settled
        except psycopg.DatabaseError as error:
            if error.sqlstate != CHANGED:
                raise
            raise IncarnationChanged from error
        self._durability.reached(self.incarnation, position)
        self._begun = False
        self.committed = True
        self._tell(position, sealed)
        return position

    def secure(self) -> int:
        """Makes durable what this save has read, for those who show it; gives the position up to which all is."""
        return self._durability.secure(self.connection, self.incarnation, self._reached)

    def roll_back(self) -> None:
        """Undoes what was not committed."""
        if self._begun and not self.connection.closed:
            self.connection.execute("ROLLBACK", prepare=True)
        self._begun = False

    def begin(self) -> None:
        """Begins the transaction now, for statements of others that belong into it."""
        if not self._begun:
            self.connection.execute(BEGIN, prepare=True)
            bound(self.connection)
            self._begun = True

    def _require(self, found: UUID | None) -> None:
        """Refuses to go on where a read shows another incarnation than the one this save began in."""
        if found != self.incarnation:
            raise IncarnationChanged

    def _tell(self, position: int, sealed: Sequence[SealedEvent]) -> None:
        """Has written down outside the database what is durable now."""
        for document in self._documents:
            self._numbers.issued(*document)
        if sealed:
            self._numbers.seen(position, sealed[-1].event_id)

    def _answered_before(self, request: RequestKey, known: KnownRequest | None) -> Answer | None:
        """The answer of a request that ran before, on disk: who asks again must not hear what may still vanish."""
        if known is None:
            self._request = request
            return None
        self.roll_back()  # the answer ends this save, and nobody waits within a transaction
        head, found = make_durable(self.connection)
        self._require(found)
        self._durability.reached(self.incarnation, head)
        return repeated_answer(self._keys, request, known)

    def _customers(self, emails: Collection[str], offered: UUID | None = None) -> dict[str, CustomerClaim]:
        claims, wrapped = self._claims.customers(emails, offered)
        self._wrapped.update(wrapped)
        return claims

    def _customer(self, email_hash: bytes, known: UUID | None, wrapped: bytes | None) -> CustomerClaim:
        """The customer an address belongs to; a new one, for the commit to claim it for, where nobody has it."""
        if known is None:
            customer_id = uuid4()
            wrapped = self._keys.new_wrapped(customer_id)
            self._new_customer = NewCustomer(email_hash, customer_id, wrapped)
        else:
            customer_id = known
        self._wrapped[customer_id] = wrapped
        return CustomerClaim(customer_id, created=known is None)

    def _another(self, email: str, email_hash: bytes, new: NewCustomer) -> CustomerClaim:
        """The customer of one more address in the same save."""
        return CustomerClaim(new.customer, created=False) if email_hash == new.email_hash else self.customer_for(email)

    def _take_streams(
        self, rows: Sequence[Row], after: Mapping[UUID, int], customer: CustomerClaim | None
    ) -> dict[UUID, list[Event]]:
        events: dict[UUID, list[Event]] = {stream: [] for stream in after}
        if customer:
            events[customer.customer_id] = []
        stream: list[Event] = []
        number = subject_before = None
        for row in rows:  # stream by stream: most rows are of the same stream and subject as the one before
            event = self._mapper.event(row.topic, row.version, row.state, row.wrapped)
            self._reached = max(self._reached, row.position)
            if event.originator_id.int != number:
                number, stream = event.originator_id.int, events.setdefault(event.originator_id, [])
            stream.append(event)
            subject = event.metadata.subject
            if subject is not None and subject.int != subject_before:
                subject_before = subject.int
                self._wrapped[subject] = row.wrapped
        self._loaded.update({stream: found for stream, found in events.items() if not after.get(stream)})
        return events

    def _sealed(self, answer: Answer | None) -> list[SealedEvent]:
        """The rows of the events to append, sealed under their subjects' keys."""
        wanted = {event.metadata.subject for event in self._pending if self._mapper.needs_key(event)}
        wanted.add(answer.subject if answer else None)
        missing = wanted - self._wrapped.keys() - {None}
        if missing:
            self._wrapped.update(self._claims.wrapped(cast("set[UUID]", missing)))
        sealed = []
        for event in self._pending:
            subject = event.metadata.subject
            if subject in missing and subject not in self._wrapped:
                raise UnsealedPersonalData(f"{event.TOPIC} of {event.originator_id}: its subject has no key")
            sealed.append(self._mapper.to_stored_event(event, self._wrapped.get(subject) if subject else None))
        return sealed

    def _kept(self, answer: Answer | None) -> KeptAnswer | None:
        if self._request is None or answer is None:
            return None
        wrapped = self._wrapped.get(answer.subject) if answer.subject else None
        fingerprint, sealed = kept_answer(self._keys, self._request, answer, wrapped)
        subject = answer.subject if wrapped else None
        return KeptAnswer(self._request.actor, self._request.key, fingerprint, subject, sealed)

    def _made_durable(self, sealed: Sequence[SealedEvent], error: NotDurable) -> int:
        """The position of an append whose wait was cut short, once it is durable; it may also have vanished."""
        position = self._settle(sealed, None, self.incarnation)
        if position is not None:
            return position
        if sealed:
            raise IncarnationChanged from error
        head, found = make_durable(self.connection)
        if found != self.incarnation:
            raise OutcomeUnknown from error
        return head

    def _recorded_before(self, sealed: Sequence[SealedEvent], error: psycopg.errors.UniqueViolation) -> int:
        """The position of the same events recorded by an earlier run of the same command; else it is a conflict.

        A request that another run answered is a conflict too: decided anew, it is answered as it was then.
        """
        self.roll_back()
        position = None if self._request else self._settle(sealed, None, self.incarnation)
        if position is None:
            facts: dict[str, Any] = {}
            if sealed:
                facts = {"originator_id": sealed[0].originator_id, "version": sealed[0].originator_version}
            raise VersionConflict(**facts) from error
        return position


def folded(cls: type[A], originator_id: UUID, events: Sequence[Event]) -> A:
    """The aggregate its events leave behind."""
    return fold(cls.blank(originator_id), events)
