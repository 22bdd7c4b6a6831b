"""Lists on their way out: which there are, their columns, and their rows as they are, or were, at one moment."""

from projections.exports.columns import Chunk, Column, Kind
from projections.exports.lists import EXPORTED, Exported
from projections.exports.past import clear_abandoned, past
from projections.exports.reading import (
    AsOfAhead,
    Export,
    ExportRequest,
    KnownAtAhead,
    Reading,
    UnknownColumn,
    columns_of,
    reading,
    require_passed,
)

__all__ = [
    "EXPORTED",
    "AsOfAhead",
    "Chunk",
    "Column",
    "Export",
    "ExportRequest",
    "Exported",
    "Kind",
    "KnownAtAhead",
    "Reading",
    "UnknownColumn",
    "clear_abandoned",
    "columns_of",
    "past",
    "reading",
    "require_passed",
]
