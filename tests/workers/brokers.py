"""The three brokers as tests reach them; one that is missing is said so loudly, and fails where everything must be."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

import pytest

from projections.settings import Settings
from workers.brokers import opened_broker, queue_name

ADDRESSES = {
    "postgres": "",
    "redis": os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0"),
    "rabbitmq": os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/"),
}


def address(name: str) -> str:
    """The broker's address as a setting; skips the test where nobody answers there, and fails it under CI=true."""
    url = ADDRESSES[name]
    if url and not answers(url):
        told = f"{name} does not answer at {urlsplit(url).hostname}:{urlsplit(url).port}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(told)
    return url


def forget(settings: Settings) -> None:
    """Removes what the tests left on a broker that others use as well."""
    name = queue_name(settings.database_url)
    with opened_broker(settings) as broker:
        if settings.broker_url.startswith("redis"):
            broker.flush(name)
        elif settings.broker_url:
            for queue in (name, f"{name}.DQ", f"{name}.XQ"):
                broker.channel.queue_delete(queue)  # type: ignore[attr-defined]


def answers(url: str) -> bool:
    """Whether anybody listens at the address."""
    told = urlsplit(url)
    try:
        socket.create_connection((told.hostname or "127.0.0.1", told.port or 0), timeout=2).close()
    except OSError:
        return False
    return True
