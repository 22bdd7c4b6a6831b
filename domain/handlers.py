"""Which aggregate decides each command, and where the decision stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from domain import (
    closings,
    coupons,
    customers,
    enrolments,
    guide,
    import_answers,
    imports,
    mappings,
    messages,
    methods,
    operators,
    papers,
    products,
    sequences,
    settings,
    stock,
    tag_rules,
    templates,
    tokens,
    webhook_endpoints,
)
from domain.events import Aggregate, Command
from domain.orders import (
    archive,
    begun_charges,
    cart,
    charges,
    creation,
    details,
    disputes,
    documents,
    edits,
    exchanges,
    histories,
    issuing,
    line_changes,
    moves,
    notes,
    payment_links,
    payments,
    prints,
    provider_payments,
    refunded,
    refunds,
    returns,
    shipments,
    stuck,
    withdrawals,
)
from domain.orders import imports as orders_imports
from domain.orders.order import Order, OrderNotFound
from domain.settings import Shop

Decision = Callable[[Any, Any, Shop], None]


class Handler(NamedTuple):
    """The aggregate that a command is for, the command's field with its id, and the decision."""

    aggregate: type[Aggregate]
    identified_by: str
    decide: Decision

    def target(self, command: Command) -> UUID:
        """The id of the aggregate that the command is for."""
        identity: UUID = getattr(command, self.identified_by)
        return identity


def _decided_by(
    aggregate: type[Aggregate], identified_by: str, *tables: Mapping[Any, Any]
) -> dict[type[Command], Handler]:
    return {command: Handler(aggregate, identified_by, decide) for table in tables for command, decide in table.items()}


HANDLERS: dict[type[Command], Handler] = {
    **_decided_by(
        Order,
        "order_id",
        creation.HANDLERS,
        cart.HANDLERS,
        line_changes.HANDLERS,
        charges.HANDLERS,
        edits.HANDLERS,
        details.HANDLERS,
        moves.HANDLERS,
        payments.HANDLERS,
        payment_links.HANDLERS,
        begun_charges.HANDLERS,
        provider_payments.HANDLERS,
        stuck.HANDLERS,
        refunded.HANDLERS,
        refunds.HANDLERS,
        withdrawals.HANDLERS,
        disputes.HANDLERS,
        shipments.HANDLERS,
        returns.HANDLERS,
        exchanges.HANDLERS,
        histories.HANDLERS,
        notes.HANDLERS,
        archive.HANDLERS,
        issuing.HANDLERS,
        documents.HANDLERS,
        prints.HANDLERS,
        orders_imports.HANDLERS,
    ),
    **_decided_by(customers.Customer, "customer_id", customers.HANDLERS),
    **_decided_by(coupons.Coupon, "coupon_id", coupons.HANDLERS),
    **_decided_by(stock.StockItem, "stock_id", stock.HANDLERS),
    **_decided_by(products.Product, "product_id", products.HANDLERS),
    **_decided_by(
        settings.ShopSettings,
        "settings_id",
        settings.HANDLERS,
        methods.HANDLERS,
        templates.HANDLERS,
        tag_rules.HANDLERS,
        papers.HANDLERS,
        mappings.HANDLERS,
        guide.HANDLERS,
    ),
    **_decided_by(messages.Message, "message_id", messages.HANDLERS),
    **_decided_by(sequences.Sequences, "book_id", sequences.HANDLERS),
    **_decided_by(enrolments.Enrolment, "enrolment_id", enrolments.HANDLERS),
    **_decided_by(imports.Import, "import_id", imports.HANDLERS, import_answers.HANDLERS),
    **_decided_by(operators.Operator, "operator_id", operators.HANDLERS),
    **_decided_by(tokens.Token, "token_id", tokens.HANDLERS),
    **_decided_by(closings.Books, "books_id", closings.HANDLERS),
    **_decided_by(webhook_endpoints.WebhookEndpoint, "endpoint_id", webhook_endpoints.HANDLERS),
}

# Commands that begin an aggregate; every other one needs it to exist.
CREATING: frozenset[type[Command]] = frozenset(
    (
        creation.CreateOrder,
        customers.CreateCustomer,
        customers.TakeBillingData,
        coupons.CreateCoupon,
        stock.ReceiveStock,
        products.AddProduct,
        operators.AddOperator,
        tokens.IssueToken,
        webhook_endpoints.DefineWebhookEndpoint,
        messages.RequestMessage,
        enrolments.StartEnrolment,
        imports.StartImport,
        *closings.HANDLERS,
        *sequences.HANDLERS,
        *settings.HANDLERS,
        *methods.HANDLERS,
        *templates.HANDLERS,
        *tag_rules.HANDLERS,
        *papers.HANDLERS,
        *mappings.HANDLERS,
        *guide.HANDLERS,
    )
)

MISSING = {
    Order: OrderNotFound,
    customers.Customer: customers.CustomerNotFound,
    coupons.Coupon: coupons.CouponNotFound,
    stock.StockItem: stock.StockItemNotFound,
    products.Product: products.ProductNotFound,
    messages.Message: messages.MessageNotFound,
    enrolments.Enrolment: enrolments.EnrolmentNotFound,
    imports.Import: imports.ImportNotFound,
    operators.Operator: operators.OperatorNotFound,
    tokens.Token: tokens.TokenNotFound,
    webhook_endpoints.WebhookEndpoint: webhook_endpoints.WebhookEndpointNotFound,
}
