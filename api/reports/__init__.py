"""Reports over HTTP: figures of a period, each with the list of its orders."""

from api.reports import goods, restated, routes
from api.reports.blueprint import reports

__all__ = ["goods", "reports", "restated", "routes"]
