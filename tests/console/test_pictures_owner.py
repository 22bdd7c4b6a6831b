"""A picture of the screens of an owner's first day, in light and dark, at three widths: to be looked at.

`CONSOLE_PICTURES=folder python -m pytest -n 0 -m campaign tests/console/test_pictures_owner.py`
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.console.test_pictures import PAUSE_MS, SIZES

Visit = Callable[..., Page]


def guide(page: Page) -> Iterator[str]:
    """Each step of the guide of a fresh shop."""
    page.goto("/guide")
    buttons = page.locator(".guide-step h3 button")
    buttons.first.wait_for()
    for number in range(5):
        if buttons.nth(number).get_attribute("aria-expanded") == "false":
            buttons.nth(number).click()
        page.locator(".guide-body").wait_for()
        yield f"guide-{number + 1}"


@pytest.mark.campaign
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_pictures_of_a_fresh_shop(visit_fresh: Visit, scheme: str, width: str) -> None:
    folder = Path(os.environ.get("CONSOLE_PICTURES", "console-pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    size = dict(zip(("width", "height"), SIZES[width], strict=True))
    page = visit_fresh(locale="fr-FR", color_scheme=scheme, viewport=size)
    for name in guide(page):
        page.wait_for_timeout(PAUSE_MS)
        page.screenshot(path=folder / f"{name}-{scheme}-{width}.png")
