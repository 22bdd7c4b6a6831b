"""Operators: the people who work the order book, each with a role."""

from __future__ import annotations

from uuid import UUID, uuid5

from domain.errors import Conflict, NotFound, Rejected
from domain.events import Aggregate, Command, Event
from domain.roles import NAMESPACE, check_name, check_role
from domain.settings import Shop


class OperatorNotFound(NotFound):
    """There is no such operator."""

    code = "operator-not-found"


class UsernameTaken(Conflict):
    """There is an operator of the name {username} already."""

    code = "username-taken"


class UnknownOperator(Rejected):
    """There is no operator {operator}, or the account is disabled."""

    code = "unknown-operator"


class OwnAccount(Rejected):
    """Nobody disables themselves or changes their own role."""

    code = "own-account"


def operator_id(username: str) -> UUID:
    """The id that a username stands for: names are unique by construction."""
    return uuid5(NAMESPACE, f"operator:{username}")


class Operator(Aggregate):
    """A person who works with the order book. Their password is no part of their history."""

    TOPIC = "operator"

    def clear(self) -> None:
        self.username = ""
        self.role = ""
        self.disabled = False

    @property
    def actor(self) -> str:
        """How events name this operator."""
        return f"operator:{self.username}"


class OperatorCommand(Command, frozen=True, kw_only=True):
    """Something asked of one operator's account."""

    operator_id: UUID


class AddOperator(OperatorCommand, frozen=True, kw_only=True):
    """Give a person an account with a role."""

    username: str
    role: str


class ChangeOperatorRole(OperatorCommand, frozen=True, kw_only=True):
    """Give an operator another role."""

    role: str


class DisableOperator(OperatorCommand, frozen=True, kw_only=True):
    """Shut an operator out."""


class EnableOperator(OperatorCommand, frozen=True, kw_only=True):
    """Let an operator in again."""


class ChangeOperatorPassword(OperatorCommand, frozen=True, kw_only=True):
    """Note that an operator's password was changed; `temporary` when somebody else chose it."""

    temporary: bool = False


class OperatorAdded(Event, frozen=True, kw_only=True):
    """A person was given an account."""

    TOPIC = "operator.added"
    BEGINS = True
    username: str
    role: str

    def apply(self, operator: Operator) -> None:
        operator.username, operator.role = self.username, self.role


class OperatorRoleChanged(Event, frozen=True, kw_only=True):
    """An operator was given another role."""

    TOPIC = "operator.role-changed"
    role: str

    def apply(self, operator: Operator) -> None:
        operator.role = self.role


class OperatorDisabled(Event, frozen=True, kw_only=True):
    """An operator was shut out."""

    TOPIC = "operator.disabled"

    def apply(self, operator: Operator) -> None:
        operator.disabled = True


class OperatorEnabled(Event, frozen=True, kw_only=True):
    """An operator was let in again."""

    TOPIC = "operator.enabled"

    def apply(self, operator: Operator) -> None:
        operator.disabled = False


class OperatorPasswordChanged(Event, frozen=True, kw_only=True):
    """An operator's password was changed; the password itself is nowhere in the log."""

    TOPIC = "operator.password-changed"
    temporary: bool = False

    def apply(self, operator: Operator) -> None:
        pass


def _require(operator: Operator) -> None:
    if not operator.exists:
        raise OperatorNotFound


def add_operator(operator: Operator, command: AddOperator, shop: Shop) -> None:
    """Adds an operator; the name must be free and the role known."""
    check_name(command.username, "/username")
    check_role(command.role)
    if operator.exists:
        raise UsernameTaken("/username", username=command.username)
    operator.record(OperatorAdded, command.context, username=command.username, role=command.role)


def change_operator_role(operator: Operator, command: ChangeOperatorRole, shop: Shop) -> None:
    """Changes somebody else's role."""
    _require(operator)
    check_role(command.role)
    if command.role == operator.role:
        return
    if command.context.actor == operator.actor:
        raise OwnAccount("/role")
    operator.record(OperatorRoleChanged, command.context, role=command.role)


def disable_operator(operator: Operator, command: DisableOperator, shop: Shop) -> None:
    """Shuts somebody else out."""
    _require(operator)
    if operator.disabled:
        return
    if command.context.actor == operator.actor:
        raise OwnAccount
    operator.record(OperatorDisabled, command.context)


def enable_operator(operator: Operator, command: EnableOperator, shop: Shop) -> None:
    """Lets an operator in again."""
    _require(operator)
    if operator.disabled:
        operator.record(OperatorEnabled, command.context)


def change_operator_password(operator: Operator, command: ChangeOperatorPassword, shop: Shop) -> None:
    """Notes that the password was changed."""
    _require(operator)
    operator.record(OperatorPasswordChanged, command.context, temporary=command.temporary)


EVENTS: tuple[type[Event], ...] = (
    OperatorAdded,
    OperatorRoleChanged,
    OperatorDisabled,
    OperatorEnabled,
    OperatorPasswordChanged,
)

HANDLERS = {
    AddOperator: add_operator,
    ChangeOperatorRole: change_operator_role,
    DisableOperator: disable_operator,
    EnableOperator: enable_operator,
    ChangeOperatorPassword: change_operator_password,
}
