"""JSON lines: one object a row, amounts as text with their decimals, instants as the API has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from projections.exports import Chunk, Column

_encoder = msgspec.json.Encoder()


def json_lines(columns: Sequence[Column], chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """The rows, each with the names of its columns."""
    names = [column.name for column in columns]
    for chunk in chunks:
        yield _encoder.encode_lines([dict(zip(names, row, strict=True)) for row in zip(*chunk, strict=True)])
