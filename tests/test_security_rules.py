"""What source may not say: each rule finds what it is for, and nothing in the program breaks one without a reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.security_rules import findings, template_findings

ROOT = Path(__file__).parents[1]
PACKAGES = ("domain", "projections", "printing", "importers", "workers", "api", "scripts")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.html"))
BROKEN = {
    "sql": (
        'cursor.execute(f"SELECT {name}")',
        'cursor.execute("SELECT %s" % name)',
        'cursor.execute("SELECT {}".format(name))',
        'sql.SQL(f"SELECT {name}")',
        'cursor.execute("SELECT " + f"{name}")',
    ),
    "shell": ("subprocess.run(command, shell=True)", "os.system(command)", "os.popen(command)"),
    "certificate": (
        "requests.get(url, verify=False)",
        "context.verify_mode = ssl.CERT_NONE",
        "context.check_hostname = False",
        "ssl._create_unverified_context()",
    ),
    "parser": ("import pickle", "from xml.etree import ElementTree", "yaml.load(text)", "import marshal"),
    "evaluated": ("eval(text)", "exec(text)"),
    "temporary": ("tempfile.mktemp()",),
    "markup": ("Markup(name)", "Environment()", "Environment(autoescape=False)", "SandboxedEnvironment(loader=one)"),
    "redirect": ("redirect(request.args['next'])", "flask.redirect(url, 303)"),
    "secret-compared": ("token == given", "self.secret != other", "row.signature == proof", "csrf == sent"),
    "content-logged": (
        '_logger.info("came", body=body)',
        '_logger.warning("came", told=request.get_data())',
        "log.error(request.json)",
        '_logger.info("sent", email=address)',
    ),
    "debug": ("app.run(debug=True)",),
    "unpacked": ("archive.extractall(folder)",),
}
WELL = (
    'cursor.execute("SELECT %s", (name,))',
    "cursor.execute(_FIND + _BY_ID, facts)",
    'sql.SQL("SELECT {}").format(sql.Identifier(name))',
    "subprocess.run([program])",
    "hmac.compare_digest(token, given)",
    'token == ""',
    "Environment(autoescape=True)",
    'redirect("/sandbox")',
    '_logger.info("came", count=len(rows))',
    "ssl.create_default_context()",
)


@pytest.mark.parametrize(("rule", "source"), [(rule, one) for rule, each in BROKEN.items() for one in each])
def test_each_rule_finds_what_it_is_for(rule: str, source: str) -> None:
    assert [found.rule for found in findings(source)] == [rule]


@pytest.mark.parametrize("source", WELL)
def test_what_is_well_said_is_left_alone(source: str) -> None:
    assert findings(source) == []


def test_a_reason_beside_the_line_lets_it_stand_for_its_own_rule_alone() -> None:
    assert findings("redirect(url)  # allowed redirect: the address is one of our own pages") == []
    assert findings("# allowed redirect: the address is one of our own pages\nredirect(url)") == []
    assert findings("redirect(url)  # allowed redirect: ok") != []
    assert findings("redirect(url)  # allowed sql: the address is one of our own pages") != []


def test_a_template_that_turns_escaping_off_is_found() -> None:
    assert template_findings("<p>{{ name|safe }}</p>") != []
    assert template_findings("{% autoescape false %}") != []
    assert template_findings("<p>{{ name }}</p>") == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_breaks_a_rule_without_a_reason(path: Path) -> None:
    assert findings(path.read_text(encoding="utf-8")) == []


def test_no_template_turns_escaping_off() -> None:
    assert TEMPLATES
    assert [path.name for path in TEMPLATES if template_findings(path.read_text(encoding="utf-8"))] == []


def test_every_rule_that_is_turned_off_says_why() -> None:
    """`noqa` on a line bears its reason; rules off for a folder stand under a comment."""
    silent = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"#\s*noqa", line) and not re.search(r"#\s*noqa: [A-Z0-9, ]+ - \S.{9,}", line)
    ]
    assert silent == []


def test_ruff_holds_the_rules_that_bandit_has() -> None:
    told = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = tomllib.loads(told)["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert not [rule for rule in lint.get("ignore", []) if rule.startswith("S")]
    lines = told.splitlines()
    for folder in lint["per-file-ignores"]:
        [at] = [number for number, line in enumerate(lines) if line.startswith(f'"{folder}"')]
        assert lines[at - 1].startswith("# "), f"{folder} says no reason"
