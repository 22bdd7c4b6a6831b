"""An import that found something wrong waits until somebody looked at it."""

from __future__ import annotations

from typing import Any

from domain.findings import Finding
from domain.import_answers import (
    AnswerImport,
    AskAboutImport,
    FindingsOpen,
    ImportAnswered,
    ImportQuestioned,
    NoSuchFinding,
    open_findings,
)
from domain.imports import CancelImport, Import, ImportCancelled, ResumeImport, StartImport, WrongImportState
from tests.examples.facts import IMPORT
from tests.given import context, given

SAID: dict[str, Any] = {"import_id": IMPORT, "context": context("import")}
STARTED = StartImport(**SAID)
ADJUSTED = Finding(name="adjustments", orders=2, looked_at=9, detail="2 of 9 orders.")
NAMES = Finding(name="names-of-products", orders=9, looked_at=9, detail="9 of 9 orders.")
ASKED = AskAboutImport(**SAID, findings=(ADJUSTED, NAMES))


def answered(*names: str) -> AnswerImport:
    return AnswerImport(**SAID, checked=names)


def test_it_waits_for_an_answer_once() -> None:
    one = given(Import, STARTED).when(ASKED).then(ImportQuestioned)
    assert (one.state, open_findings(one)) == ("needs-answer", (ADJUSTED, NAMES))
    given(Import, STARTED, ASKED).when(ASKED).then_nothing()
    given(Import, STARTED).when(AskAboutImport(**SAID, findings=())).then_nothing()


def test_it_goes_on_once_everything_was_looked_at() -> None:
    one = given(Import, STARTED, ASKED).when(answered("names-of-products", "adjustments")).then(ImportAnswered)
    assert (one.state, open_findings(one)) == ("running", ())
    given(Import, STARTED, ASKED, answered("adjustments", "names-of-products")).when(
        answered("adjustments", "names-of-products")
    ).then_nothing()


def test_one_answer_is_not_all() -> None:
    given(Import, STARTED, ASKED).when(answered("adjustments")).then_refused(FindingsOpen, open="names-of-products")
    given(Import, STARTED, ASKED).when(answered("adjustments", "names-of-products", "colours")).then_refused(
        NoSuchFinding, names="colours"
    )


def test_nothing_is_answered_that_was_not_asked() -> None:
    given(Import, STARTED).when(answered("adjustments")).then_refused(WrongImportState, state="running")
    given(Import, STARTED, ASKED).when(ResumeImport(**SAID)).then_refused(WrongImportState, wanted="resumed")


def test_what_is_wrong_indeed_is_cancelled() -> None:
    given(Import, STARTED, ASKED).when(CancelImport(**SAID)).then(ImportCancelled)
    given(Import, STARTED, CancelImport(**SAID)).when(ASKED).then_refused(WrongImportState)
