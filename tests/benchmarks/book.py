"""A big, believable order book, written straight into the log: the same orders for the same seed."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Condition
from random import Random
from typing import Any
from uuid import UUID

import psycopg

import domain.topics  # noqa: F401 - every topic is known before the first event is stored
from domain.customers import normalised_email
from domain.events import Event
from projections.log import EventMapper, KeyRing
from tests.benchmarks.life import BEGIN, SPAN, Person, in_order, life_of_customer, life_of_order, some_id, some_person
from tests.fixtures_database import TEST_SECRET

CHUNK = 2_000
ORDERS_OF_A_CUSTOMER = 4
WRITERS = 2
RECORDED_AT = BEGIN + SPAN

_COPY_EVENTS = """
    COPY log.events (
        position, originator_id, originator_version, topic, version, subject, occurred_at, state, recorded_at
    ) FROM STDIN
"""
_COPY_KEYS = "COPY log.subject_keys (subject, wrapped) FROM STDIN"
_COPY_DIRECTORY = "COPY log.directory (email_hash, customer) FROM STDIN"


@dataclass(frozen=True)
class Book:
    """Which book is written where."""

    database_url: str
    secret_key: str
    orders: int
    seed: int

    @property
    def chunks(self) -> int:
        """How many chunks of orders it has; customers order within one chunk."""
        return -(-self.orders // CHUNK)


@dataclass(frozen=True)
class Turn:
    """Whose chunk is next, and where in the log it begins: chunks are made in parallel, their positions in order."""

    changed: Condition
    chunk: Synchronized[int]
    position: Synchronized[int]

    @contextmanager
    def taken(self, chunk: int, size: int) -> Iterator[int]:
        """Waits for the chunk's turn, and gives its first position; the next one's comes when this one is stored."""
        with self.changed:
            self.changed.wait_for(lambda: self.chunk.value == chunk)
        yield self.position.value
        with self.changed:
            self.position.value += size
            self.chunk.value = chunk + 1
            self.changed.notify_all()


def fill(database_url: str, orders: int, seed: int = 1, secret_key: str = TEST_SECRET) -> int:
    """Writes so many orders into an empty log, with their customers; gives how many events that made.

    `database_url` is the address for the owner of the log.
    """
    book = Book(database_url, secret_key, orders, seed)
    context = multiprocessing.get_context("spawn")
    turn = Turn(context.Condition(), context.Value("q", 0, lock=False), context.Value("q", 1, lock=False))
    writers = [context.Process(target=_write, args=(book, turn, number)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    if any(writer.exitcode for writer in writers):
        raise RuntimeError("a writer of the book failed")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ANALYZE log.events, log.subject_keys")
    return int(turn.position.value) - 1


def chunk_of(book: Book, chunk: int) -> tuple[list[Person], list[Event]]:
    """The customers of one chunk of orders, and all that happened to both in the order it happened."""
    random = Random(f"{book.seed}/{chunk}")
    first, last = chunk * CHUNK, min((chunk + 1) * CHUNK, book.orders)
    persons = [some_person(random, first + index) for index in range(1 + (last - first) // ORDERS_OF_A_CUSTOMER)]
    lives: list[list[Event]] = []
    known: set[UUID] = set()
    for number in range(first, last):
        person, order_id = random.choice(persons), some_id(random)
        at = BEGIN + SPAN * (number / book.orders) + timedelta(seconds=random.random() * 60)
        if person.id not in known:
            known.add(person.id)
            lives.append(life_of_customer(random, person, order_id, at))
        lives.append(life_of_order(random, order_id, person, number + 1, at))
    return [person for person in persons if person.id in known], in_order(lives)


def _write(book: Book, turn: Turn, writer: int) -> None:
    gc.disable()  # a chunk is many small things without cycles; looking through them takes a third of the time
    keys = KeyRing(book.secret_key)
    mapper = EventMapper(keys)
    with psycopg.connect(book.database_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for chunk in range(writer, book.chunks, WRITERS):
            persons, events = chunk_of(book, chunk)
            wrapped = {person.id: keys.new_wrapped(person.id) for person in persons}
            rows = [_row(mapper, event, wrapped) for event in events]
            with turn.taken(chunk, len(rows)) as first, connection.transaction():
                _copy(connection, _COPY_KEYS, wrapped.items())
                _copy(connection, _COPY_DIRECTORY, [(_hash(keys, person), person.id) for person in persons])
                _copy(connection, _COPY_EVENTS, ((first + index, *row) for index, row in enumerate(rows)))


def _row(mapper: EventMapper, event: Event, wrapped: dict[UUID, bytes]) -> Sequence[Any]:
    subject = event.metadata.subject
    stored = mapper.to_stored_event(event, wrapped.get(subject) if subject else None)
    return (
        stored.originator_id,
        stored.originator_version,
        stored.topic,
        stored.version,
        stored.subject,
        stored.occurred_at,
        stored.state.decode(),
        RECORDED_AT,
    )


def _hash(keys: KeyRing, person: Person) -> bytes:
    return keys.email_hash(normalised_email(person.address.email))


def _copy(connection: psycopg.Connection[Any], statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
