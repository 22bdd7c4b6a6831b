"""The table of routes, commands, events and views, worked out from the code itself.

`python -m tests.routes` writes it into docs/routes.md; a test fails when the table there is another.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from flask import Flask

from api.app import BLUEPRINTS, PREFIX
from domain.events import Command, Event
from domain.handlers import HANDLERS
from domain.topics import EVENTS
from projections.engine.projection import takes
from projections.views import PROJECTIONS

PAGE = Path(__file__).parent.parent / "docs" / "routes.md"
BEGIN, END = "<!-- routes: written by python -m tests.routes -->", "<!-- end of routes -->"
WRITES = ("POST", "PUT", "PATCH", "DELETE")
STORE_NOTHING = ("/quote", "/preview")


def reached(function: Callable[..., Any], wanted: frozenset[type]) -> list[type]:
    """The classes among the wanted that a function names, itself or through the functions of ours that it names."""
    found: dict[type, None] = {}
    seen: set[int] = set()
    waiting = [inspect.unwrap(function)]
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, FunctionType) or id(current) in seen:
            continue
        seen.add(id(current))
        for thing in _named(current):
            if isinstance(thing, type) and thing in wanted:
                found[thing] = None
            elif isinstance(thing, FunctionType) and thing.__module__.split(".")[0] in ("domain", "api"):
                waiting.append(inspect.unwrap(thing))
    return list(found)


def _named(function: FunctionType) -> Iterator[Any]:
    """Everything a function's code refers to: globals, attributes of modules, what it closes over, values of tables."""
    names = list(_names(function.__code__))
    for name in names:
        thing = function.__globals__.get(name)
        if isinstance(thing, ModuleType):
            yield from (getattr(thing, attribute, None) for attribute in names)
        elif isinstance(thing, dict):
            yield from thing.values()
        else:
            yield thing
    for cell in function.__closure__ or ():
        yield cell.cell_contents


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def rows() -> list[tuple[str, str, str, str]]:
    """Route, command, events and views of every write, in the order of the blueprints."""
    app = Flask("routes")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=PREFIX + (blueprint.url_prefix or ""))
    commands = frozenset(HANDLERS)
    found = []
    for rule in app.url_map.iter_rules():
        method = next((method for method in WRITES if method in (rule.methods or ())), None)
        named = reached(app.view_functions[rule.endpoint], commands) if method else []
        for command in () if rule.rule.endswith(STORE_NOTHING) else named:
            path = rule.rule.removeprefix(PREFIX).replace("uuid:", "").replace("string:", "").replace("int:", "")
            found.append((f"`{method} {path}`", f"`{command.__name__}`", *_consequences(command)))
    return found


def _consequences(command: type[Command]) -> tuple[str, str]:
    events = reached(HANDLERS[command].decide, frozenset(EVENTS))
    topics = [event.TOPIC for event in events if issubclass(event, Event)]
    views = [name for name, view in PROJECTIONS.items() if any(takes(view, topic) for topic in topics)]
    return ", ".join(f"`{topic}`" for topic in topics), ", ".join(views)


def table() -> str:
    """The table as it stands on the page."""
    lines = ["| route | command | events | views |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows()]
    return "\n".join(lines)


def on_page() -> str:
    """The table that the page has now."""
    text = PAGE.read_text()
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


if __name__ == "__main__":
    text = PAGE.read_text()
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    PAGE.write_text(f"{before}\n{table()}\n{after}")
