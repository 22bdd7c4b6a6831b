"""The event log: the only place where what happened is stored."""

from projections.log.claims import CustomerClaim
from projections.log.event_log import EventLog
from projections.log.keys import KeyRing, SubjectErased
from projections.log.mapper import EventMapper, SealedEvent, UnsealedPersonalData
from projections.log.recorded import Recorded
from projections.log.recorder import Connection, LogRecorder
from projections.log.requests import Answer, AnswerErased, KeyReused, RequestKey
from projections.log.session import NothingRecorded, Opening, OutcomeUnknown, Session, VersionConflict
from projections.log.waking import Waker

__all__ = [
    "Answer",
    "AnswerErased",
    "Connection",
    "CustomerClaim",
    "EventLog",
    "EventMapper",
    "KeyReused",
    "KeyRing",
    "LogRecorder",
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
]
