"""The recorder of the log: appends in one server call, reads in order. The one place that knows the table of events.

It implements the library's recorder contract on our own connections. The library's PostgreSQL recorder is not its base:
that one brings a second connection pool, holds its table lock across a client round trip and knows four columns only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Event as Signal
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Notification, StoredEvent, Subscription
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from projections.log.mapper import SealedEvent

APPEND_LOCK = "SELECT pg_advisory_xact_lock(7106407, 1)"
STREAM_CONSTRAINT = "events_stream"

_APPEND = """
SELECT log.append(%(originator_ids)b::uuid[], %(originator_versions)b::int[], %(topics)b::text[],
    %(versions)b::smallint[], %(subjects)b::uuid[], %(instants)b::timestamptz[], %(states)b::text[],
    %(actor)s, %(key)s, %(answer_subject)s, %(answer)b)
"""
_READABLE = "e.position, e.topic, e.version, e.state::text, (SELECT k.wrapped FROM log.subject_keys k WHERE k.subject = e.subject)"
_AFTER = f"""
SELECT {_READABLE} FROM log.events e WHERE e.position > %(after)s AND e.position <= %(upto)s
ORDER BY e.position LIMIT %(limit)s
"""
_AFTER_OF_TOPICS = f"""
SELECT {_READABLE} FROM log.events e
WHERE e.position > %(after)s AND e.position <= %(upto)s AND e.topic = ANY(%(topics)s)
ORDER BY e.position LIMIT %(limit)s
"""
