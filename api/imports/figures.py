"""What the figures of an import are called, as the API's description has them."""

from __future__ import annotations

from typing import Any

from projections.published.schemas import event_schema

_COUNT = {"type": "integer"}
_AMOUNTS = {"type": "object", "additionalProperties": {"type": "string"}, "description": "An amount by its currency"}


def _counts(*names: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict.fromkeys(names, _COUNT)}


# Control totals, which are there once an import came to its end.
TOTALS: dict[str, Any] = {
    "properties": {
        "rows": _counts("read", "accepted", "refused"),
        "orders": _counts("new", "known", "changed", "updated", "refused"),
        "totals": _AMOUNTS,
        "refunded": _AMOUNTS,
        "orders_with_total_as_told": _COUNT,
        "adjustments": _AMOUNTS,
        "orders_without_line_prices": _COUNT,
        "orders_without_lines": _COUNT,
        "orders_unpaid": _COUNT,
        "customer_names_kept": _COUNT,
        "refusals": {"type": "object", "additionalProperties": _COUNT, "description": "Refused rows by code"},
    }
}
CHOICES: dict[str, Any] = {"properties": event_schema("import.started")["$defs"]["Choices"]["properties"]}
TAKEN_BACK: dict[str, Any] = {
    "properties": {
        "undone": {**_COUNT, "description": "Orders or products that an undo took back"},
        "kept": {**_COUNT, "description": "Those that it left"},
    }
}
