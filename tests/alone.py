"""A plugin of pytest that lets neither HTTP nor a database be imported: `pytest -p tests.alone tests/domain`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

HTTP = ("flask", "flask_smorest", "werkzeug")
DATABASE = ("psycopg", "psycopg_pool")
LAYERS = ("projections", "printing", "importers", "api", "workers", "scripts")


class _Refusing(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name.partition(".")[0] in (*HTTP, *DATABASE, *LAYERS):
            raise ImportError(f"{name} is nothing that the domain knows of")


sys.meta_path.insert(0, _Refusing())
