"""The event log: the only place where what happened is stored."""

from projections.log.durability import Connection
from projections.log.epochs import Cache, Epoch
from projections.log.errors import (
    AheadOfLog,
    IncarnationChanged,
    NotDurable,
    NothingRecorded,
    OutcomeUnknown,
    VersionConflict,
)
from projections.log.event_log import EventLog
from projections.log.keys import KeyRing, SubjectErased
from projections.log.mapper import EventMapper, SealedEvent, UnsealedPersonalData
from projections.log.overtaken import again_when_overtaken
from projections.log.recorded import Found, Recorded
from projections.log.recorder import LogRecorder
from projections.log.requests import Answer, AnswerErased, KeyReused, RequestKey
from projections.log.session import Opening, Session
from projections.log.waking import Waker

__all__ = [
    "AheadOfLog",
    "Answer",
    "AnswerErased",
    "Cache",
    "Connection",
    "Epoch",
    "EventLog",
    "EventMapper",
    "Found",
    "IncarnationChanged",
    "KeyReused",
    "KeyRing",
    "LogRecorder",
    "NotDurable",
    "NothingRecorded",
    "Opening",
    "OutcomeUnknown",
    "Recorded",
    "RequestKey",
    "SealedEvent",
    "Session",
    "SubjectErased",
    "UnsealedPersonalData",
    "VersionConflict",
    "Waker",
    "again_when_overtaken",
]
