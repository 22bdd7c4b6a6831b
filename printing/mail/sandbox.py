"""Where a merchant's template runs: it sees plain facts, reaches no Python, and has so many steps and characters."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from domain.errors import Rejected

MAX_STEPS = 5_000
MAX_CHARACTERS = 200_000
LARGEST_NUMBER = 10**12

_FILTERS = (
    "abs", "capitalize", "d", "default", "e", "escape", "first", "float", "int", "last", "length", "lower", "round",
    "safe", "striptags", "title", "trim", "truncate", "upper", "urlencode",
)  # fmt: skip
_ARITHMETIC = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod,
}  # fmt: skip


class BadTemplate(Rejected):
    """The template cannot be used, line {line}: {fault}"""

    code = "bad-template"


class TooMuch(SecurityError):
    """A template that would not end, or would write without end."""


class _Budget:
    """What one mail may still take."""

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.characters = MAX_CHARACTERS


_BUDGET: ContextVar[_Budget] = ContextVar("budget")


@contextmanager
def bounded() -> Iterator[None]:
    """Within this, templates share one budget."""
    token = _BUDGET.set(_Budget())
    try:
        yield
    finally:
        _BUDGET.reset(token)


def _step(number: int = 1) -> None:
    budget = _BUDGET.get()
    budget.steps -= number
    if budget.steps < 0:
        raise TooMuch(f"it takes more than {MAX_STEPS} steps")


def write_out(value: Any) -> Any:
    """A value on its way into the mail: a text or a number, counted."""
    if isinstance(value, Undefined):
        return str(value)  # names what is not there
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise SecurityError("only texts and numbers can be written out")
    budget = _BUDGET.get()
    budget.characters -= len(value) if isinstance(value, str) else len(str(value))
    if budget.characters < 0:
        raise TooMuch(f"it writes more than {MAX_CHARACTERS} characters")
    return value


def _counted(value: Any) -> Any:
    """What a loop goes through, counted beforehand."""
    if isinstance(value, Undefined):
        return list(value)  # names what is not there
    if not isinstance(value, Sized):
        raise SecurityError("a loop goes through a list")
    _step(len(value))
    return value


def _joined(first: Any, *others: Any) -> Any:
    """Texts put together with `~`, counted before they are."""
    parts = [write_out(part) for part in (first, *others)]
    return (markup_join if any(hasattr(part, "__html__") for part in parts) else str_join)(parts)


class _Watched(NodeTransformer):
    """Lets loops and joined texts go by the count."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "counted", [])
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node.nodes[0], "joined", list(node.nodes[1:]))


def _filtered(node: Any, name: str, arguments: list[nodes.Expr]) -> nodes.Filter:
    return nodes.Filter(node, name, arguments, [], None, None, lineno=node.lineno, environment=node.environment)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment that templates are compiled and run in."""

    intercepted_binops = frozenset({*_ARITHMETIC, "**"})

    def __init__(self, *, html: bool, loader: BaseLoader | None = None) -> None:
        super().__init__(
            autoescape=html, undefined=StrictUndefined, finalize=write_out, loader=loader, optimized=False,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self.globals = {"range": self.globals["range"]}
        kept: dict[str, Any] = {name: self.filters[name] for name in _FILTERS}
        self.filters = {**kept, "counted": _counted, "joined": _joined}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Watched().visit(super()._parse(source, name, filename))
        return tree

    def is_safe_callable(self, obj: Any) -> bool:
        """Macros, blocks, loops, `range` and what a mapping tells of itself; no other call is for a mail."""
        owner = getattr(obj, "__self__", None)
        return (
            isinstance(obj, Macro | BlockReference | LoopContext)
            or obj is self.globals["range"]
            or isinstance(owner, LoopContext)
            or (isinstance(owner, dict) and obj.__name__ in ("get", "items", "keys", "values"))
        )

    def call(__self, __context: Context, __obj: Any, *arguments: Any, **named: Any) -> Any:
        """Counts a call, so that a macro that calls itself comes to an end."""
        _step()
        return super().call(__context, __obj, *arguments, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic with numbers alone: texts are joined with `~`."""
        for side in (left, right):
            if isinstance(side, Undefined):
                return str(side)  # names what is not there
            if not isinstance(side, int | float) or abs(side) > LARGEST_NUMBER or operator == "**":
                raise SecurityError(f"{operator} is for numbers of a bill; join texts with ~")
        return _ARITHMETIC[operator](left, right)
