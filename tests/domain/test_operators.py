"""Operators and tokens: who may be given what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.events import Context
from domain.operators import (
    AddOperator,
    ChangeOperatorPassword,
    ChangeOperatorRole,
    DisableOperator,
    EnableOperator,
    Operator,
    OperatorAdded,
    OperatorDisabled,
    OperatorEnabled,
    OperatorNotFound,
    OperatorPasswordChanged,
    OperatorRoleChanged,
    OwnAccount,
    UsernameTaken,
    operator_id,
)
from domain.roles import PERMISSIONS, ROLES, UnknownRole, WrongName, permissions
from domain.tokens import (
    ExpiryPassed,
    ExpiryTooFar,
    IssueToken,
    RevokeToken,
    ScopeOutsideRole,
    Token,
    TokenIssued,
    TokenNameTaken,
    TokenNotFound,
    TokenRevoked,
    token_id,
)
from tests.given import given

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
ADA = operator_id("ada")
TILL = token_id("till")


def by(actor: str = "operator:boss") -> Context:
    return Context(command_id=uuid4(), actor=actor, at=NOON)


def added(role: str = "operator") -> AddOperator:
    return AddOperator(operator_id=ADA, context=by(), username="ada", role=role)


def issued(role: str = "operator", scopes: tuple[str, ...] = (), expires_at: datetime | None = None) -> IssueToken:
    return IssueToken(token_id=TILL, context=by(), name="till", role=role, scopes=scopes, expires_at=expires_at)


def role(name: str, actor: str = "operator:boss") -> ChangeOperatorRole:
    return ChangeOperatorRole(operator_id=ADA, context=by(actor), role=name)


def disabled(actor: str = "operator:boss") -> DisableOperator:
    return DisableOperator(operator_id=ADA, context=by(actor))


def enabled() -> EnableOperator:
    return EnableOperator(operator_id=ADA, context=by())


def revoked() -> RevokeToken:
    return RevokeToken(token_id=TILL, context=by())


def test_an_operator_is_added_with_a_role() -> None:
    given(Operator).when(added()).then((OperatorAdded, {"username": "ada", "role": "operator"}))


def test_a_username_is_given_once() -> None:
    given(Operator, added()).when(added()).then_refused(UsernameTaken)


@pytest.mark.parametrize("name", ["", "Ada", "a da", "ada@example.com", "-ada", "ada-", "a" * 41, "ada\n"])
def test_a_username_has_a_form(name: str) -> None:
    command = AddOperator(operator_id=operator_id(name), context=by(), username=name, role="operator")
    given(Operator).when(command).then_refused(WrongName)


def test_a_role_that_does_not_exist_is_refused() -> None:
    given(Operator).when(added("king")).then_refused(UnknownRole)
    given(Operator, added()).when(role("king")).then_refused(UnknownRole)
    given(Token).when(issued("king")).then_refused(UnknownRole)


def test_a_role_is_changed_and_the_same_role_changes_nothing() -> None:
    given(Operator, added()).when(role("manager")).then((OperatorRoleChanged, {"role": "manager"}))
    given(Operator, added()).when(role("operator")).then_nothing()


def test_nobody_changes_their_own_role_or_shuts_themselves_out() -> None:
    given(Operator, added("admin")).when(role("operator", "operator:ada")).then_refused(OwnAccount)
    given(Operator, added("admin")).when(disabled("operator:ada")).then_refused(OwnAccount)


def test_an_operator_is_shut_out_once_and_let_in_once() -> None:
    given(Operator, added()).when(disabled()).then(OperatorDisabled)
    given(Operator, added(), disabled()).when(disabled()).then_nothing()
    given(Operator, added(), disabled()).when(enabled()).then(OperatorEnabled)
    given(Operator, added()).when(enabled()).then_nothing()


def test_a_changed_password_is_noted_without_the_password() -> None:
    command = ChangeOperatorPassword(operator_id=ADA, context=by(), temporary=True)
    given(Operator, added()).when(command).then((OperatorPasswordChanged, {"temporary": True}))


def test_an_operator_who_does_not_exist_cannot_be_changed() -> None:
    given(Operator).when(role("manager")).then_refused(OperatorNotFound)
    given(Operator).when(disabled()).then_refused(OperatorNotFound)


def test_a_token_is_issued_with_its_role_cut_to_scopes() -> None:
    scopes = ("orders:read",)
    given(Token).when(issued(scopes=scopes)).then((TokenIssued, {"name": "till", "scopes": scopes}))
    given(Token).when(issued(scopes=("tokens:write",))).then_refused(ScopeOutsideRole)


def test_a_tokens_name_is_free_again_once_it_is_revoked() -> None:
    given(Token, issued()).when(issued()).then_refused(TokenNameTaken)
    given(Token, issued(), revoked()).when(issued()).then(TokenIssued)


def test_a_token_expires_after_it_is_made() -> None:
    given(Token).when(issued(expires_at=NOON)).then_refused(ExpiryPassed)
    given(Token).when(issued(expires_at=NOON + timedelta(seconds=1))).then(TokenIssued)


def test_a_token_expires_within_ten_years() -> None:
    given(Token).when(issued(expires_at=NOON + timedelta(days=3_660))).then(TokenIssued)
    too_late = issued(expires_at=NOON + timedelta(days=3_660, seconds=1))
    assert given(Token).when(too_late).then_refused(ExpiryTooFar, days=3_660).pointer == "/expires_at"


def test_a_token_is_revoked_once() -> None:
    given(Token, issued()).when(revoked()).then(TokenRevoked)
    given(Token, issued(), revoked()).when(revoked()).then_nothing()
    given(Token).when(revoked()).then_refused(TokenNotFound)


def test_an_administrator_may_do_everything_and_others_less() -> None:
    assert ROLES["admin"] == PERMISSIONS
    assert all(ROLES[name] < PERMISSIONS for name in ROLES if name != "admin")
    assert not any(permission.endswith(":write") for permission in ROLES["auditor"])


def test_scopes_only_ever_take_away() -> None:
    assert permissions("operator", ("orders:read", "tokens:write")) == {"orders:read"}
    assert permissions("no such role") == frozenset()


def test_names_stand_for_ids() -> None:
    assert operator_id("ada") == operator_id("ada") != token_id("ada")
    assert isinstance(operator_id("ada"), UUID)
