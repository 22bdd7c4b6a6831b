"""The schemas of events as they were published, a line each: what `python -m tests.published_schemas` keeps for ever.

A form that was published never changes: whoever changes what an event holds raises its `VERSION`. Titles and
descriptions are no part of that. Before a first release the file may be deleted and made anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from projections.published.schemas import VERSION, event_schema, known_topics

KEPT = Path(__file__).parent / "projections" / "published" / "schemas.jsonl"

Kept = dict[tuple[str, int], Any]


def kept() -> Kept:
    """The schemas that were published, by topic and version."""
    lines = map(json.loads, KEPT.read_text().splitlines()) if KEPT.exists() else ()
    return {(line["topic"], line["version"]): line["schema"] for line in lines}


def today() -> Kept:
    """The schemas of today's forms, without what only explains them."""
    return {(topic, event_schema(topic)[VERSION]): _contract(event_schema(topic)) for topic in known_topics()}


def _contract(schema: Any) -> Any:
    if isinstance(schema, Mapping):
        properties = {"properties", "$defs"} & schema.keys()
        found = {name: _named(value) if name in properties else _contract(value) for name, value in schema.items()}
        return {name: value for name, value in found.items() if name not in ("title", "description")}
    return [_contract(one) for one in schema] if isinstance(schema, list) else schema


def _named(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Schemas by names of their own, of which one may be `title`."""
    return {name: _contract(part) for name, part in parts.items()}


def main() -> int:
    """Keeps what is new; refuses where what was published is another schema today."""
    before, now = kept(), today()
    changed = [
        f"{topic} {version}"
        for (topic, version), schema in now.items()
        if before.get((topic, version), schema) != schema
    ]
    if changed:
        print("Published forms are other ones today: raise their VERSION.", *changed, sep="\n", file=sys.stderr)
        return 1
    lines = [
        json.dumps({"topic": topic, "version": version, "schema": schema}, separators=(",", ":"))
        for (topic, version), schema in sorted((before | now).items())
    ]
    KEPT.write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
