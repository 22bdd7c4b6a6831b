"""The guide through an owner's first day: what is confirmed, skipped and put away."""

from __future__ import annotations

from domain.guide import GuideSet, SetGuide, UnknownStep
from domain.settings import ShopSettings
from domain.shop import Guide
from tests.given import context, given

NOW = context("guide")


def guide(**facts: object) -> SetGuide:
    return SetGuide(context=NOW, guide=Guide(**facts))  # type: ignore[arg-type]


def test_steps_are_kept_in_their_order_each_once_and_a_confirmed_one_is_not_skipped() -> None:
    told = guide(confirmed=("mail", "methods", "mail"), skipped=("order", "mail"))
    kept = Guide(confirmed=("methods", "mail"), skipped=("order",))
    given(ShopSettings).when(told).then((GuideSet, {"guide": kept}))


def test_the_same_said_again_records_nothing() -> None:
    given(ShopSettings, guide(put_away=True)).when(guide(put_away=True)).then_nothing()


def test_a_step_that_the_guide_does_not_have_is_refused() -> None:
    given(ShopSettings).when(guide(skipped=("seller", "tea"))).then_refused(UnknownStep, step="tea")
