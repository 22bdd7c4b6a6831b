"""Events as they leave the house: what the feed, files and webhooks have in common, and the schemas that hold it."""

from projections.published.forms import PublishedForm, published_form
from projections.published.marks import WITHHELD, Withheld
from projections.published.reading import (
    Page,
    PublishedEvent,
    Wanted,
    encoded,
    encoded_lines,
    page,
    published,
)

__all__ = [
    "WITHHELD",
    "Page",
    "PublishedEvent",
    "PublishedForm",
    "Wanted",
    "Withheld",
    "encoded",
    "encoded_lines",
    "page",
    "published",
    "published_form",
]
