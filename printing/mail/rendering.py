"""Writes mails: templates tried before they are kept, filled in within bounds, styles inlined, text made from HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, NamedTuple

from css_inline import CSSInliner, InlineError
from jinja2 import FileSystemLoader, Template, TemplateError, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.nodes import Name

from printing.mail.example import example_facts, names
from printing.mail.sandbox import BadTemplate, Sandbox, bounded
from printing.mail.standard import FOLDER, Source

_COMPILED = 500  # templates kept ready
KNOWN = frozenset({"order", "shop", "facts", "range"})
LONGEST_SUBJECT = 300
_FILE = "<template>"
_BLOCKS = frozenset(("p", "div", "tr", "table", "h1", "h2", "h3", "ul", "ol", "br", "hr"))
_LEFT_OUT = frozenset(("style", "script", "head", "title"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_HTML = Sandbox(html=True, loader=FileSystemLoader(str(FOLDER)))
_PLAIN = Sandbox(html=False)
_INLINER = CSSInliner(load_remote_stylesheets=False)


class Written(NamedTuple):
    """A mail as it is sent."""

    subject: str
    html: str
    text: str


def write(source: Source, facts: Mapping[str, Any]) -> Written:
    """The mail that a template makes of the facts; raises `BadTemplate` naming the part and line at fault."""
    with bounded():
        subject = " ".join(_CONTROL.sub(" ", _filled(_PLAIN, "subject", source.subject, facts)).split())
        html = _inlined(_filled(_HTML, "html", source.html, facts))
        text = _filled(_PLAIN, "text", source.text, facts) if source.text else text_of(html)
    return Written(subject[:LONGEST_SUBJECT], html, text.strip() + "\n")


def check_template(source: Source, facts: tuple[str, ...] = ()) -> Written:
    """The mail it makes of an example order with these `facts` of its occasion.

    A template that cannot make one is refused with the line at fault, and the names that may be used.
    """
    try:
        with bounded():
            for sandbox, part in ((_PLAIN, "subject"), (_HTML, "html"), (_PLAIN, "text")):
                _check_names(sandbox, part, getattr(source, part))
        return write(source, {**example_facts(), "facts": {name: f"({name})" for name in facts}})
    except BadTemplate as error:
        error.details["names"] = names(facts)
        raise


def _check_names(sandbox: Sandbox, part: str, text: str) -> None:
    """Refuses a name that no mail knows, also where the example does not come by."""
    try:
        tree = sandbox.parse(text)
        unknown = find_undeclared_variables(tree) - KNOWN
    except TemplateSyntaxError as error:
        raise _fault(part, error.lineno, error.message or "it cannot be read") from None
    except (TemplateError, ValueError) as error:  # a ValueError: a number or a name that Python does not take
        raise _fault(part, 1, str(error)) from None
    for name in tree.find_all(Name):
        if name.name in unknown:
            raise _fault(part, name.lineno, f"'{name.name}' is undefined")


def _filled(sandbox: Sandbox, part: str, text: str, facts: Mapping[str, Any]) -> str:
    try:
        return _compiled(sandbox, text).render(facts)
    except TemplateSyntaxError as error:
        raise _fault(part, error.lineno, error.message or "it cannot be read") from None
    except Exception as error:
        raise _fault(part, _line(error), str(error) or type(error).__name__) from None


@lru_cache(maxsize=_COMPILED)
def _compiled(sandbox: Sandbox, text: str) -> Template:
    """The template ready to be filled in: reading it takes several times as long as filling it in."""
    code = sandbox.compile(text, filename=_FILE)
    return sandbox.template_class.from_code(sandbox, code, dict(sandbox.globals))


def _line(error: Exception) -> int:
    """The line of the template where it went wrong."""
    step, line = error.__traceback__, 1
    while step:
        if step.tb_frame.f_code.co_filename == _FILE:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _fault(part: str, line: int, fault: str) -> BadTemplate:
    return BadTemplate(f"/{part}", line=line, fault=fault[:300])


def _inlined(html: str) -> str:
    try:
        return _INLINER.inline(html)
    except InlineError as error:
        raise _fault("html", 1, str(error)) from None


def text_of(html: str) -> str:
    """What an HTML mail says, as plain text: a line for each block, addresses behind their links."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Text(HTMLParser):
    """Collects what is read and drops what is only seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _LEFT_OUT
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "td":
            self.parts.append(" ")
        elif tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _LEFT_OUT and self._silent > 0
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "a" and self._link:
            self.parts.append(f" ({self._link})")
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))
