"""The brokers that carry the keys of effects: the database itself, Redis or RabbitMQ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

import dramatiq
from dramatiq.broker import Broker
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from projections.postgres.connections import make_pool, require_direct
from projections.settings import Settings
from workers.database_broker import DatabaseBroker

ACTOR = "effect"
CONNECTIONS = 4  # beside one for each thread: to consume, to listen, to send

Carry = Callable[[Sequence[UUID]], object]


class UnknownBroker(ValueError):
    """CARNET_BROKER_URL begins with redis://, rediss://, amqp:// or amqps://; unset, the database carries effects."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@contextmanager
def opened_broker(settings: Settings) -> Iterator[Broker]:
    """The installation's broker, closed again at the end; it knows no retries: the effects' own table does."""
    scheme = urlsplit(settings.broker_url).scheme
    if not scheme:
        with _in_the_database(settings) as broker:
            yield broker
        return
    broker = _outside(scheme, settings.broker_url)
    try:
        yield broker
    finally:
        broker.close()


def queue_name(database_url: str) -> str:
    """The queue of one shop: installations that share a broker do not mix, since each has a database of its own."""
    told = conninfo_to_dict(database_url)
    place = "|".join(str(told.get(name) or "") for name in ("host", "hostaddr", "port", "dbname"))
    return f"carnet.{sha256(place.encode()).hexdigest()[:16]}"


def carrier(broker: Broker, queue: str, perform: Callable[[Sequence[UUID]], None]) -> Carry:
    """What hands keys to the broker; whoever runs a worker on the broker is given them by `perform`."""

    def received(*keys: str) -> None:
        perform([UUID(key) for key in keys])

    actor = dramatiq.actor(actor_name=ACTOR, queue_name=queue, broker=broker)(received)
    return lambda keys: actor.send(*map(str, keys))


@contextmanager
def _in_the_database(settings: Settings) -> Iterator[Broker]:
    require_direct(settings.direct_url, "the broker in the database")
    pool = make_pool(
        settings.direct_url,
        "carnet broker",
        least=0,
        most=settings.worker_threads + CONNECTIONS,
        check=ConnectionPool.check_connection,
    )
    with pool:
        broker = DatabaseBroker(pool=pool, results=False, middleware=[], heartbeat_ttl=settings.lease_seconds + 30.0)
        try:
            yield broker
        finally:
            broker.close()


def _outside(scheme: str, url: str) -> Broker:
    """A broker of its own; each is imported only where it is used."""
    if scheme in ("redis", "rediss"):
        from dramatiq.brokers.redis import RedisBroker

        return RedisBroker(url=url, middleware=[], namespace="carnet")  # type: ignore[no-untyped-call]
    if scheme in ("amqp", "amqps"):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker

        return RabbitmqBroker(url=url, middleware=[], confirm_delivery=True)
    raise UnknownBroker
