"""An import that waits for an answer: what looks wrong is asked about before anything of the file is stored."""

from __future__ import annotations

from domain.errors import Rejected
from domain.events import Event
from domain.findings import Finding
from domain.imports import NEEDS_ANSWER, RUNNING, Import, ImportCommand, require_state
from domain.settings import Shop


class FindingsOpen(Rejected):
    """Look at these first, and say that they are right: {open}."""

    code = "findings-open"


class NoSuchFinding(Rejected):
    """This import did not find: {names}."""

    code = "no-such-finding"


class AskAboutImport(ImportCommand, frozen=True, kw_only=True):
    """Stop before anything is stored: this looks wrong, and somebody has to say that it is right."""

    findings: tuple[Finding, ...]


class AnswerImport(ImportCommand, frozen=True, kw_only=True):
    """Say of findings that they were looked at and are right; once that is said of all, the import goes on."""

    checked: tuple[str, ...]


class ImportQuestioned(Event, frozen=True, kw_only=True):
    """Something looked wrong before anything was stored, and the import waits for an answer."""

    TOPIC = "import.questioned"

    findings: tuple[Finding, ...]

    def apply(self, one: Import) -> None:
        one.state = NEEDS_ANSWER
        one.findings = self.findings


class ImportAnswered(Event, frozen=True, kw_only=True):
    """Somebody said that what looked wrong is right."""

    TOPIC = "import.answered"

    checked: tuple[str, ...]

    def apply(self, one: Import) -> None:
        one.state, one.asked_by = RUNNING, self.metadata.actor
        one.checked = frozenset(self.checked)


def open_findings(one: Import) -> tuple[Finding, ...]:
    """What was found and nobody said to be right."""
    return tuple(finding for finding in one.findings if finding.name not in one.checked)


def ask_about_import(one: Import, command: AskAboutImport, shop: Shop) -> None:
    """Lets a running import wait for an answer, once."""
    if not one.findings and command.findings:
        require_state(one, "questioned", RUNNING)
        one.record(ImportQuestioned, command.context, findings=command.findings)


def answer_import(one: Import, command: AnswerImport, shop: Shop) -> None:
    """Lets an import go on once every finding was said to be right."""
    checked, found = set(command.checked), {finding.name for finding in one.findings}
    if one.findings and one.checked >= checked >= found:
        return
    require_state(one, "answered", NEEDS_ANSWER)
    if unknown := checked - found:
        raise NoSuchFinding("/checked", names=", ".join(sorted(unknown)))
    if left := found - checked:
        raise FindingsOpen("/checked", open=", ".join(sorted(left)))
    one.record(ImportAnswered, command.context, checked=tuple(sorted(checked)))


EVENTS: tuple[type[Event], ...] = (ImportQuestioned, ImportAnswered)

HANDLERS = {AskAboutImport: ask_about_import, AnswerImport: answer_import}
