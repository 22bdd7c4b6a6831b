"""Rules of our own on what source may not say, beside those that ruff holds (`S`: what bandit looks for).

A line that says it nevertheless bears why, on itself or on the line above: `# allowed sql: the name is one of our own`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

ALLOWED = re.compile(r"#\s*allowed (?P<rule>[a-z-]+): \S.{9,}")
SECRET = re.compile(r"(^|_)(secret|token|signature|password|passphrase|digest|proof|hmac|csrf|nonce|api_key)(_|s$|$)")
LOGGED = re.compile(r"(^|_)(body|data|form|payload|email|phone|address|password|secret|token|cookie|headers?)$")
PARSERS = ("xml", "lxml", "pickle", "cPickle", "dill", "shelve", "marshal", "jsonpickle")
UNSAFE_CALLS = {
    "eval": "evaluated", "exec": "evaluated", "os.system": "shell", "os.popen": "shell",
    "subprocess.getoutput": "shell", "subprocess.getstatusoutput": "shell", "yaml.load": "parser",
    "yaml.unsafe_load": "parser", "ssl._create_unverified_context": "certificate", "tempfile.mktemp": "temporary",
}  # fmt: skip
RUNNING = ("execute", "executemany", "copy", "SQL")
# What a log line may tell of a request: which it was, never what it said.
ABOUT_A_REQUEST = ("request.method", "request.url_rule", "request.endpoint")
LOGGING = ("debug", "info", "warning", "error", "exception", "critical")


class Finding(NamedTuple):
    """Where a rule is broken."""

    rule: str
    line: int


def findings(source: str) -> list[Finding]:
    """Every broken rule of a module that bears no reason."""
    lines = source.splitlines()
    found = {Finding(rule, line) for node in ast.walk(ast.parse(source)) for rule, line in _broken(node)}
    return sorted(one for one in found if not _is_allowed(lines, one))


def template_findings(source: str) -> list[Finding]:
    """Where a template turns escaping off."""
    return [
        Finding("markup", number)
        for number, line in enumerate(source.splitlines(), 1)
        if re.search(r"\|\s*safe\b|autoescape\s+false", line)
    ]


def _is_allowed(lines: list[str], finding: Finding) -> bool:
    beside = lines[max(0, finding.line - 2) : finding.line]
    return any((match := ALLOWED.search(line)) and match["rule"] == finding.rule for line in beside)


def _broken(node: ast.AST) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Call):
        for rule, is_broken in CALLS.items():
            if is_broken(node):
                yield rule, node.lineno
        if unsafe := UNSAFE_CALLS.get(_name(node.func)):
            yield unsafe, node.lineno
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        if any(name.split(".")[0] in PARSERS for name in names):
            yield "parser", node.lineno
    if isinstance(node, ast.Compare) and _compares_a_secret(node):
        yield "secret-compared", node.lineno
    if isinstance(node, ast.Attribute) and node.attr == "CERT_NONE":
        yield "certificate", node.lineno
    if isinstance(node, ast.Assign) and _is(node.value, False) and _names_a_target(node, "check_hostname"):
        yield "certificate", node.lineno


def _names_a_target(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Attribute) and target.attr == name for target in node.targets)


def _built_sql(call: ast.Call) -> bool:
    """SQL that is put together at run time from anything but constants."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in RUNNING or not call.args:
        return False
    return _is_built(call.args[0])


def _is_built(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod) or _is_built(node.left) or _is_built(node.right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return isinstance(node.func.value, ast.Constant)
    return False


def _logs_content(call: ast.Call) -> bool:
    """A log line that is given what a request carried, or a field of a person's."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in LOGGING or "log" not in _name(call.func):
        return False
    told = [keyword.value for keyword in call.keywords] + call.args
    named = any(keyword.arg and LOGGED.search(keyword.arg) for keyword in call.keywords)
    read = {_name(one) for value in told for one in ast.walk(value) if isinstance(one, ast.Attribute)}
    return named or any(name.startswith("request.") and name not in ABOUT_A_REQUEST for name in read)


def _compares_a_secret(node: ast.Compare) -> bool:
    """`==` on a secret tells by its time how much of it was right: `hmac.compare_digest` does not."""
    if not all(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
        return False
    sides = [node.left, *node.comparators]
    if any(isinstance(side, ast.Constant) for side in sides):
        return False
    return any(SECRET.search(_name(side).rpartition(".")[2].lower()) for side in sides)


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _name(node: ast.AST) -> str:
    """The dotted name of an expression, as far as it is one."""
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return _name(node.func)
    return node.id if isinstance(node, ast.Name) else ""


def _is_unescaped(call: ast.Call) -> bool:
    name = _name(call.func).rpartition(".")[2]
    if name in ("Markup", "SandboxedEnvironment", "Environment", "ImmutableSandboxedEnvironment"):
        return name == "Markup" or _is(_keyword(call, "autoescape"), False) or not _keyword(call, "autoescape")
    return False


def _leads_anywhere(call: ast.Call) -> bool:
    return (
        _name(call.func).rpartition(".")[2] == "redirect"
        and bool(call.args)
        and not isinstance(call.args[0], ast.Constant)
    )


CALLS: dict[str, Callable[[ast.Call], bool]] = {
    "sql": _built_sql,
    "shell": lambda call: _is(_keyword(call, "shell"), True),
    "certificate": lambda call: _is(_keyword(call, "verify"), False),
    "markup": _is_unescaped,
    "redirect": _leads_anywhere,
    "content-logged": _logs_content,
    "debug": lambda call: _is(_keyword(call, "debug"), True),
    "unpacked": lambda call: _name(call.func).rpartition(".")[2] == "extractall",
}
