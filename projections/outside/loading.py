"""Reads the files that `CARNET_PROJECTIONS` names. The code in them only runs in processes of their own."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Collection, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from psycopg import sql

from projections.engine import generations
from projections.engine.projection import EventBatch, Projection
from projections.engine.tables import Connection, Rows, Table
from projections.outside.limits import Limits
from projections.outside.served import NAME, Refused, Served, served_of
from projections.outside.sql_files import read_sql
from projections.outside.sql_views import sql_view
from projections.views import PROJECTIONS

GROUP = "carnet.projections"
ENTRY = "entry point "
TAKEN = ("counts",)  # has an address of its own beside those of views
NEEDED = ("name", "version", "tables", "aggregates", "topics", "fold")


class View(NamedTuple):
    """A view from outside, ready to be kept, and what of it is served."""

    projection: Projection
    served: Served


class Guarded:
    """A view in Python whose folds are bounded."""

    def __init__(self, view: Projection, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        self.name = view.name
        self.version = view.version
        self.tables = view.tables
        self.aggregates = view.aggregates
        self.topics = view.topics

    def fold(self, batch: EventBatch) -> Rows:
        """What the view makes of the batch."""
        with self._limits.guarding():
            return self._view.fold(batch)


def sources(paths: str) -> list[str]:
    """Every file, package and entry point that gives a view. A folder that is no package gives all that are in it."""
    found: list[str] = []
    for path in (Path(part).expanduser().resolve() for part in paths.split(os.pathsep) if part):
        found += [str(one) for one in (_inside(path) if path.is_dir() and not _is_package(path) else [path])]
    found += [f"{ENTRY}{point.name}" for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]
    return list(dict.fromkeys(found))


def load(connection: Connection, source: str, limits: Limits) -> View:
    """The view of a source; raises `Refused`, and whatever the code in it raises."""
    if source.endswith(".sql"):
        if not Path(source).is_file():
            raise Refused("There is no such file.")
        file = read_sql(Path(source))
        _require_free(file.name, (file.name,))
        view = sql_view(connection, file, limits)
        return View(view, _served(connection, view, file.name, file.filters, file.sorts))
    found = _entry(source) if source.startswith(ENTRY) else _declared(_module(Path(source)))
    view_of_python = checked(found)
    table = getattr(found, "served", view_of_python.tables[0].name)
    filters, sorts = tuple(getattr(found, "filters", ())), tuple(getattr(found, "sorts", ()))
    guarded = Guarded(view_of_python, limits)
    return View(guarded, _served(connection, guarded, table, filters, sorts))


def checked(found: Any) -> Projection:
    """What a file declares, as a view; raises `Refused` where it is none."""
    view = found() if isinstance(found, type) else found
    lacking = [name for name in NEEDED if not hasattr(view, name)]
    if lacking:
        raise Refused(f"Its view lacks {', '.join(lacking)}.")
    if not NAME.fullmatch(view.name) or not isinstance(view.version, int) or view.version < 1:
        raise Refused("A name has 1 to 40 of a-z, 0-9 and _, beginning with a letter; a version is a whole number.")
    if not view.tables or not all(isinstance(table, Table) for table in view.tables):
        raise Refused("Its tables are a tuple of Table.")
    _require_free(view.name, [table.name for table in view.tables])
    return view  # type: ignore[no-any-return]


def _require_free(name: str, tables: Collection[str]) -> None:
    """Refuses names that a view of ours has, and tables that are ours or might be another view's."""
    if name in TAKEN:
        raise Refused(f"The name {name} cannot be that of a view: choose another.")
    if name in PROJECTIONS:
        raise Refused(f"The name {name} is that of a view of Carnet's own: choose another.")
    ours = {table.name for view in PROJECTIONS.values() for table in view.tables} | {"positions", "outside"}
    ours.add("dead_letters")
    for table in tables:
        if table in ours:
            raise Refused(f"The table {table} is one of Carnet's own: choose another name.")
        if table != name and not table.startswith(f"{name}_"):
            raise Refused(f"The table {table} has to be called {name}, or {name}_ and more.")


def _served(
    connection: Connection, view: Projection, table: str, filters: Collection[str], sorts: Collection[str]
) -> Served:
    """What the view's table serves, found by making its tables on trial."""
    key = next((one.key for one in view.tables if one.name == table), None)
    if key is None:
        raise Refused(f"It serves {table}, which is none of its tables.")
    trial = f"trial_{view.name}"
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(trial)))
        generations.create(connection, view, trial)
        return served_of(connection, trial, table, key, filters, sorts)


def _inside(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if (path.suffix in (".py", ".sql") and path.is_file()) or _is_package(path):
            yield path


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def _module(path: Path) -> ModuleType:
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file():
        raise Refused("There is no such file.")
    name = f"carnet_outside_{path.stem}"
    spec = importlib.util.spec_from_file_location(
        name, file, submodule_search_locations=[str(path)] if path.is_dir() else None
    )
    if spec is None or spec.loader is None:
        raise Refused("A view is a file that ends in .py or .sql, or a package.")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _declared(module: ModuleType) -> Any:
    if not hasattr(module, "PROJECTION"):
        raise Refused("It names no PROJECTION: the class of its view.")
    return module.PROJECTION


def _entry(source: str) -> Any:
    name = source.removeprefix(ENTRY)
    points = list(entry_points(group=GROUP, name=name))
    if len(points) != 1:
        raise Refused(f"There are {len(points)} entry points of that name.")
    return points[0].load()
