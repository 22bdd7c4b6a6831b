"""Reports as files, in the formats of exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response

from printing.exports import FORMATS, file_name
from projections.exports.columns import Column, Kind

# What a report answers with besides JSON, in its description.
AS_FILES: Mapping[str, Any] = {
    "responses": {200: {"content": {form.media_type.partition(";")[0]: {} for form in FORMATS.values()}}}
}


def report_file(name: str, form: str, rows: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> Response:
    """The rows as a file with a column for each field; amounts are decimals, and the currency stands in its column."""
    columns = [Column(field, _kind(field, rows), field) for field in fields]
    values = [[_plain(row[field]) for row in rows] for field in fields]
    response = Response(FORMATS[form].write(columns, [values]), content_type=FORMATS[form].media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(name, form, datetime.now(UTC))}"'
    return response


def _plain(value: Any) -> Any:
    return value["amount"] if isinstance(value, Mapping) else value


def _kind(field: str, rows: Sequence[Mapping[str, Any]]) -> Kind:
    value = next((row[field] for row in rows if row[field] is not None), None)
    if isinstance(value, Mapping):
        return "decimal"
    return "integer" if isinstance(value, int) else "text"
