"""Every refusal says in whole sentences what was wrong: each figure its message names is given where it is raised."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path
from string import Formatter
from types import ModuleType

import pytest

import domain
from domain.errors import Conflict, DomainError, NotFound, Rejected, StaleVersion

MODULES = tuple(
    importlib.import_module(module.name) for module in pkgutil.walk_packages(domain.__path__, prefix="domain.")
)
ERRORS: dict[str, type[DomainError]] = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, DomainError)
}


def placeholders(error: type[DomainError]) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(error.message({})) if name is not None}


def calls(module: ModuleType) -> list[tuple[str, set[str], int]]:
    """Every place where a module makes an error: the class, the details told, the line."""
    tree = ast.parse(Path(str(module.__file__)).read_text())
    return [
        (node.func.id, {str(keyword.arg) for keyword in node.keywords}, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS
    ]


def bare(module: ModuleType) -> set[str]:
    """Errors raised as a class, without any details."""
    tree = ast.parse(Path(str(module.__file__)).read_text())
    raised = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    return {one.id for one in raised if isinstance(one, ast.Name) and one.id in ERRORS}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_figure_of_a_message_is_given_where_it_is_raised(module: ModuleType) -> None:
    for name, details, number in calls(module):
        wanted = placeholders(ERRORS[name])
        assert wanted <= details, f"{module.__name__}:{number} gives {name} {details}, its message names {wanted}"
    for name in bare(module):
        assert not placeholders(ERRORS[name]), f"{module.__name__} raises {name} without what its message names"


def test_every_error_has_a_code_and_a_message_of_its_own() -> None:
    concrete = [error for error in ERRORS.values() if error not in (DomainError, NotFound, Conflict, Rejected)]
    codes = [error.code for error in concrete]
    assert len(codes) == len(set(codes))
    assert all(code == code.lower().replace("_", "-").replace(" ", "-") for code in codes)
    assert all(error.__doc__ and error.message({}).endswith(".") for error in concrete)


def test_every_error_is_of_one_of_the_three_kinds() -> None:
    kinds = (NotFound, Conflict, Rejected)
    for error in ERRORS.values():
        assert error is DomainError or sum(issubclass(error, kind) for kind in kinds) == 1


def test_a_message_holds_its_figures() -> None:
    error = StaleVersion("/version", expected=3, actual=5)
    assert str(error) == "This was changed in the meantime: you saw version 3, it is now at 5."
    assert (error.pointer, error.details) == ("/version", {"expected": 3, "actual": 5})


def test_a_figure_with_brackets_is_told_as_it_is() -> None:
    assert "{actual}" in str(StaleVersion(expected="{actual}", actual=5))
