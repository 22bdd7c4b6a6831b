"""Every line of log has a code that stays, a sentence, ids, and the trace of an error; never what a person typed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog

from domain.errors import Conflict
from projections.faults import MOST_FRAMES, with_trace
from scripts.logs import processors

ROOT = Path(__file__).parents[2]
FOLDERS = ("domain", "projections", "printing", "importers", "workers", "api", "scripts")
LEVELS = {"debug", "info", "warning", "error", "critical"}
CODE = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
CONCERNED = re.compile(r"structlog|logging|except( Exception| BaseException|:)")
SAID = "ada@example.com"
# Handlers of any error that tell nobody: what they leave out shows in what they answer.
QUIET = {
    "printing/documents/canvas.py": "a picture that cannot be read is left out of the document",
    "printing/logo.py": "a file that is no picture is refused",
    "projections/doctor/views.py": "a stream that cannot be read is told by the checks of events",
    "projections/doctor/events.py": "an event that cannot be read is a finding, with its place",
    "workers/orders.py": "an event that cannot be read is met again by whoever asks for its order",
}


@lru_cache
def trees() -> list[tuple[str, ast.Module]]:
    """Every module of the product that logs or takes any error, by its path."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in files}
    return [(path, ast.parse(text)) for path, text in texts.items() if CONCERNED.search(text)]


def loggers(tree: ast.Module) -> set[str]:
    """The names in a module that are loggers."""
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("structlog.get_logger(")
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def calls(tree: ast.AST, names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """What is called on the loggers: the method's name and the call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = node.func.value
            if isinstance(on, ast.Name) and on.id in names:
                yield node.func.attr, node


def faults_of(method: str, call: ast.Call) -> Iterator[str]:
    """What is wrong with the form of a call."""
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if method not in LEVELS:
        yield f"{method}() is none of {sorted(LEVELS)}"
    if len(call.args) != 1:
        yield "it needs one sentence"
    elif isinstance(call.args[0], ast.Constant) and " " not in str(call.args[0].value):
        yield f"{call.args[0].value!r} is no sentence"
    if not CODE.fullmatch(code_of(keywords.get("action"))):
        yield "action= is no code such as relay.failed"
    if {"error", "trace", "exc_info"} & keywords.keys():
        yield "an error is told by **with_trace(error)"


def code_of(node: ast.expr | None) -> str:
    """An action as written, a word in the place of what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return ""


def broad(tree: ast.Module) -> Iterator[ast.ExceptHandler]:
    """The handlers that take any error."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
        ):
            yield node


def hands_on(handler: ast.ExceptHandler) -> bool:
    """Whether a handler raises, tells of the trace, or hands the error on to somebody who does."""
    nodes = list(ast.walk(handler))
    if any(isinstance(node, ast.Raise) for node in nodes):
        return True
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) not in {"type", "str", "repr"}:
            handed = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(one, ast.Name) and one.id == handler.name for one in handed):
                return True
    return any(isinstance(node, ast.Assign) and ast.unparse(node.value) == handler.name for node in nodes)


def test_every_call_of_a_logger_has_a_code_and_a_sentence() -> None:
    wrong, seen = [], 0
    for path, tree in trees():
        for method, call in calls(tree, loggers(tree)):
            seen += 1
            wrong += [f"{path}:{call.lineno}: {fault}" for fault in faults_of(method, call)]
    assert wrong == []
    assert seen > 40


def test_a_logger_is_structlogs_and_called_by_its_name() -> None:
    others = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS | {"exception", "bind"}
        and re.search(r"getLogger|get_logger|\blogging$", ast.unparse(node.func.value))
    ]
    assert others == []


def test_no_handler_of_any_error_swallows_where_it_came_about() -> None:
    quiet = {path for path, tree in trees() for handler in broad(tree) if not hands_on(handler)}
    assert quiet == set(QUIET)


@pytest.mark.parametrize(
    "call",
    [
        'log.warning("relay.failed")',
        'log.warning("relay put off")',
        'log.warning("relay put off", action="relay put off")',
        'log.warning("relay.failed", action="relay.failed")',
        'log.warning("relay put off", action="relay.failed", error=type(fault).__name__)',
        'log.warning("relay put off", action="relay.failed", exc_info=fault)',
        'log.exception("relay put off", action="relay.failed")',
        'log.bind(action="relay.failed")',
    ],
)
def test_the_look_at_calls_finds_each_wrong_form(call: str) -> None:
    [(method, found)] = calls(ast.parse(call), {"log"})
    assert list(faults_of(method, found))


@pytest.mark.parametrize(
    "body", ["pass", "name = type(fault).__name__", 'log.warning(type(fault).__name__, action="a.b")']
)
def test_the_look_at_handlers_finds_one_that_keeps_only_a_name(body: str) -> None:
    [handler] = broad(ast.parse(f"try:\n    x()\nexcept Exception as fault:\n    {body}"))
    assert not hands_on(handler)


def line(capsys: pytest.CaptureFixture[str], **told: Any) -> dict[str, Any]:
    """One line of log as it is written."""
    logger = structlog.wrap_logger(structlog.PrintLogger(), processors=processors())
    logger.error("something went wrong", action="test.failed", **told)
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


class Broken(Conflict):
    """{order_id} of {name} is broken."""


def broken(name: str) -> None:
    raise Broken(order_id=UUID(int=7), name=name)


def hidden(name: str) -> None:
    try:
        broken(name)
    except Broken:
        raise RuntimeError(f"{name} could not be served") from None


def test_a_line_has_its_code_and_its_sentence_each_in_a_place_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    told = line(capsys, key="17")
    assert told.pop("timestamp")
    assert told == {"action": "test.failed", "detail": "something went wrong", "key": "17", "level": "error"}


def test_a_line_leads_to_the_cause_and_quotes_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError) as raised:
        hidden(SAID)
    for told in (line(capsys, **with_trace(raised.value)), line(capsys, exc_info=raised.value)):
        assert told["error"] == "RuntimeError"
        steps = [re.sub(r".*/(\w+\.py):\d+ in ", r"\1 ", step) for step in told["trace"]]
        assert steps[-3:] == [
            "Broken led to",
            "test_logs.py test_a_line_leads_to_the_cause_and_quotes_nobody",
            "test_logs.py hidden",
        ]
        assert steps[:2] == ["test_logs.py hidden", "test_logs.py broken"]
        assert SAID not in json.dumps(told)


def test_an_error_tells_its_ids_and_none_of_its_other_details(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Broken) as raised:
        broken(SAID)
    told = line(capsys, **with_trace(raised.value))
    assert told["ids"] == {"order_id": str(UUID(int=7))}
    assert SAID not in json.dumps(told)


def test_an_endless_recursion_is_told_in_a_line_of_bounded_length() -> None:
    def again() -> None:
        again()

    with pytest.raises(RecursionError) as raised:
        again()
    assert len(with_trace(raised.value)["trace"]) <= MOST_FRAMES


def test_a_librarys_line_is_told_as_one_and_its_error_by_a_trace() -> None:
    program = f"""
import logging
from scripts.logs import log_to_stderr
log_to_stderr("info")
try:
    int("{SAID}")
except ValueError:
    logging.getLogger("dramatiq.worker").error("Failed to process %s.", "a message", exc_info=True)
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(ended.stderr)
    assert (told["action"], told["library"]) == ("library.said", "dramatiq.worker")
    assert told["detail"] == "Failed to process a message."
    assert told["error"] == "ValueError"
    assert told["trace"]
    assert SAID not in ended.stderr
