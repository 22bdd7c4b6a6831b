"""Every route and who is let in: the one table; a new route that has no row here fails the tests.

A row is who, method, rule. The letters are (o)perator, (m)anager, (a)uditor, (d)ata, a(n)alyst and admin (x): `open`
lets anybody in. Routes that look further at what they are asked have a row in `FURTHER` for each kind of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

ROLES = {"o": "operator", "m": "manager", "a": "auditor", "d": "data", "n": "analyst", "x": "admin"}

TABLE = """
open    GET    /
open    GET    /api/docs/
open    GET    /api/docs/<any('swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'):name>
open    GET    /api/docs/start.js
open    GET    /assets/<path:name>
open    GET    /audit
ax      GET    /audit/checkpoint
ax      GET    /audit/consistency
ax      GET    /audit/events
ax      GET    /audit/inclusion
ax      GET    /audit/questions
ax      GET    /audit/reads
ax      GET    /audit/seals
ax      POST   /audit/verify
omadx   GET    /books/closings
omadx   GET    /books/closings/<int:number>.pdf
omadx   GET    /books/fec
omadnx  GET    /changes
omadnx  GET    /coupons
mx      POST   /coupons
omadnx  GET    /coupons/<string:code>
mx      POST   /coupons/<string:code>/disable
mx      POST   /coupons/<string:code>/enable
mx      PUT    /coupons/<string:code>/rules
omadnx  GET    /customers
omx     POST   /customers
mx      DELETE /customers/<uuid:customer_id>
open    GET    /customers/<path:rest>
omadnx  GET    /customers/<uuid:customer_id>
mx      GET    /customers/erasure
omadx   GET    /customers/<uuid:customer_id>/data
omx     PATCH  /customers/<uuid:customer_id>
omx     DELETE /customers/<uuid:customer_id>/consent
omx     PUT    /customers/<uuid:customer_id>/consent
omx     DELETE /customers/<uuid:customer_id>/merge
omx     POST   /customers/<uuid:customer_id>/merge
omx     DELETE /customers/<uuid:customer_id>/tags/<string:tag>
omx     PUT    /customers/<uuid:customer_id>/tags/<string:tag>
open    GET    /dashboard
omadx   GET    /documents
omadx   POST   /documents
omadx   POST   /documents/picking-list
omadx   GET    /documents/<string:number>.pdf
mx      POST   /documents/<string:number>/void
omx     DELETE /drafts/<string:name>
omx     GET    /drafts/<string:name>
omx     PUT    /drafts/<string:name>
omadnx  GET    /effects
omadnx  GET    /effects/<uuid:key>
mx      POST   /effects/<uuid:key>/drop
mx      POST   /effects/<uuid:key>/retry
mx      POST   /effects/<uuid:key>/settle
omadnx  GET    /enrolments
adnx    GET    /epochs
adnx    GET    /events
adnx    GET    /events/asyncapi.json
adnx    GET    /events/schemas
adnx    GET    /events/schemas/<string:topic>
omadnx  POST   /exports
omadnx  GET    /exports/<uuid:job_id>
omadnx  GET    /exports/<uuid:job_id>/file
omadnx  GET    /exports/coupons
omadnx  GET    /exports/customers
omadx   GET    /exports/documents
omadnx  GET    /exports/enrolments
madnx   GET    /exports/imports
omadx   GET    /exports/messages
omadnx  GET    /exports/order-lines
omadnx  GET    /exports/orders
omadnx  GET    /exports/status-history
omadnx  GET    /exports/stock
omadnx  GET    /exports/stock-movements
open    GET    /healthz
open    GET    /guide
open    GET    /icon.svg
madnx   GET    /imports
mdx     POST   /imports
open    GET    /imports/<path:rest>
madnx   GET    /imports/<uuid:import_id>
mdx     POST   /imports/<uuid:import_id>/answer
mdx     POST   /imports/<uuid:import_id>/cancel
madnx   GET    /imports/<uuid:import_id>/differences
madx    GET    /imports/<uuid:import_id>/errors.csv
madnx   GET    /imports/<uuid:import_id>/explanation
mdx     POST   /imports/<uuid:import_id>/pause
mdx     POST   /imports/<uuid:import_id>/resume
mdx     POST   /imports/<uuid:import_id>/undo
madnx   GET    /imports/mappings
mx      DELETE /imports/mappings/<string:name>
madnx   GET    /imports/mappings/<string:name>
mx      PUT    /imports/mappings/<string:name>
mdx     POST   /imports/mappings/guess
mdx     GET    /imports/uploads
mdx     POST   /imports/uploads
mdx     DELETE /imports/uploads/<uuid:upload_id>
mdx     GET    /imports/uploads/<uuid:upload_id>
mdx     PATCH  /imports/uploads/<uuid:upload_id>
omadnx  GET    /jobs
omadnx  GET    /jobs/<uuid:job_id>
omadnx  POST   /jobs/<uuid:job_id>/cancel
omadnx  GET    /jobs/<uuid:job_id>/file
omadnx  POST   /jobs/<uuid:job_id>/pause
omadnx  GET    /jobs/<uuid:job_id>/results
omadnx  POST   /jobs/<uuid:job_id>/resume
omadnx  POST   /jobs/<uuid:job_id>/undo
omadx   GET    /messages
omadx   GET    /messages/<uuid:message_id>
omadx   GET    /messages/<uuid:message_id>/look
omx     POST   /messages/<uuid:message_id>/bounce
omx     POST   /messages/<uuid:message_id>/resend
omadnx  GET    /meta/sources
omadnx  GET    /meta/tags
omadnx  GET    /meta/transitions
open    GET    /metrics
open    GET    /new
open    GET    /openapi.json
max     GET    /operators
x       POST   /operators
max     GET    /operators/<uuid:identifier>
omadnx  GET    /operators/names
max     GET    /operators/roles
x       POST   /operators/<uuid:identifier>/disable
x       POST   /operators/<uuid:identifier>/enable
x       POST   /operators/<uuid:identifier>/password
x       PUT    /operators/<uuid:identifier>/role
x       DELETE /operators/<uuid:identifier>/sessions
x       GET    /operators/<uuid:identifier>/sessions
x       DELETE /operators/<uuid:identifier>/sessions/<uuid:session_id>
omadnx  GET    /orders
omx     POST   /orders
open    GET    /orders/<path:rest>
omadnx  GET    /orders/<uuid:order_id>
omx     POST   /orders/<uuid:order_id>/archive
omx     PUT    /orders/<uuid:order_id>/billing-address
omx     POST   /orders/<uuid:order_id>/coupons
omx     DELETE /orders/<uuid:order_id>/coupons/<string:code>
omx     PUT    /orders/<uuid:order_id>/customer
omadnx  GET    /orders/<uuid:order_id>/diff
omx     PUT    /orders/<uuid:order_id>/discount
omadx   GET    /orders/<uuid:order_id>/documents
omx     POST   /orders/<uuid:order_id>/documents
omx     POST   /orders/<uuid:order_id>/edits
omx     POST   /orders/<uuid:order_id>/edits/preview
omadnx  GET    /orders/<uuid:order_id>/events
omadnx  GET    /orders/<uuid:order_id>/history
omx     POST   /orders/<uuid:order_id>/items
omx     DELETE /orders/<uuid:order_id>/items/<string:item>
omx     PATCH  /orders/<uuid:order_id>/items/<string:item>
omadx   GET    /orders/<uuid:order_id>/messages/look
omadx   POST   /orders/<uuid:order_id>/messages/preview
omx     POST   /orders/<uuid:order_id>/messages/test
omadnx  GET    /orders/<uuid:order_id>/neighbours
omx     POST   /orders/<uuid:order_id>/notes
omx     DELETE /orders/<uuid:order_id>/notes/<string:note>
omx     PATCH  /orders/<uuid:order_id>/notes/<string:note>
omx     PUT    /orders/<uuid:order_id>/operator
omadx   GET    /orders/<uuid:order_id>/packing-slip.pdf
omx     POST   /orders/<uuid:order_id>/payment-link
omx     PUT    /orders/<uuid:order_id>/payment-method
omx     POST   /orders/<uuid:order_id>/payment-requests
omx     POST   /orders/<uuid:order_id>/payments
omx     DELETE /orders/<uuid:order_id>/payments/<string:payment>
omx     POST   /orders/<uuid:order_id>/payments/<string:payment>/capture
omx     POST   /orders/<uuid:order_id>/payments/<string:payment>/void
omadnx  DELETE /orders/<uuid:order_id>/presence
omadnx  POST   /orders/<uuid:order_id>/presence
omadx   GET    /orders/<uuid:order_id>/receipt.pdf
omx     POST   /orders/<uuid:order_id>/refunds
omx     POST   /orders/<uuid:order_id>/refunds/<string:refund>/withdraw
omx     POST   /orders/<uuid:order_id>/refunds/preview
omx     POST   /orders/<uuid:order_id>/returns
omx     DELETE /orders/<uuid:order_id>/returns/<int:number>
omx     POST   /orders/<uuid:order_id>/returns/<int:number>/exchange
omx     POST   /orders/<uuid:order_id>/returns/<int:number>/receipt
omx     POST   /orders/<uuid:order_id>/returns/<int:number>/settlement
omadx   GET    /orders/<uuid:order_id>/returns/<int:number>/slip.pdf
omadx   GET    /orders/<uuid:order_id>/shipping-label.pdf
omx     POST   /orders/<uuid:order_id>/shipments
omx     PATCH  /orders/<uuid:order_id>/shipments/<int:shipment>
omx     POST   /orders/<uuid:order_id>/shipments/preview
omx     PUT    /orders/<uuid:order_id>/shipping-address
omx     PUT    /orders/<uuid:order_id>/shipping-charge
omx     PUT    /orders/<uuid:order_id>/shipping-method
omx     PUT    /orders/<uuid:order_id>/source
omx     POST   /orders/<uuid:order_id>/status
omx     POST   /orders/<uuid:order_id>/status/preview
omx     PUT    /orders/<uuid:order_id>/tags
omadnx  GET    /orders/<uuid:order_id>/timeline
omx     POST   /orders/<uuid:order_id>/unarchive
omadnx  POST   /orders/bulk
omx     POST   /orders/bulk/preview
omadnx  GET    /orders/export
omx     POST   /orders/quote
omadnx  POST   /orders/summary
open    GET    /pay/<string:token>
open    POST   /pay/<string:token>
open    GET    /payments
omadnx  GET    /processes
omadnx  GET    /processes/refusals
omadnx  GET    /products
mdx     POST   /products
open    GET    /products/<path:rest>
mdx     DELETE /products/<string:sku>
omadnx  GET    /products/catalogue.csv
mdx     POST   /products/learn
omadnx  GET    /products/<string:sku>
mdx     PUT    /products/<string:sku>
mdx     POST   /products/<string:sku>/restore
madnx   GET    /projections
madnx   GET    /projections/outside
dx      POST   /projections/<string:name>/dead-letters/retry
dx      POST   /projections/<string:name>/rebuild
madnx   GET    /projections/dead-letters
open    GET    /readyz
omadnx  GET    /reconciliation
mx      POST   /reconciliation
open    GET    /returns
open    GET    /sandbox/<string:charge_id>
open    POST   /sandbox/<string:charge_id>
omadnx  GET    /reports/durations
omadnx  GET    /reports/low-stock
omadnx  GET    /reports/receivables
omadnx  GET    /reports/restated
omadnx  GET    /reports/returns
omadnx  GET    /reports/sales
omadnx  GET    /reports/statuses
omadnx  GET    /reports/stock-days
omadnx  GET    /reports/top-products
omadnx  GET    /retention
omadnx  GET    /sequences
mx      POST   /sequences
open    GET    /sequences/<path:rest>
omadnx  GET    /sequences/<uuid:sequence_id>
mx      PUT    /sequences/<uuid:sequence_id>
omadnx  GET    /sequences/<uuid:sequence_id>/enrolments
omadnx  POST   /sequences/<uuid:sequence_id>/simulate
mx      POST   /sequences/<uuid:sequence_id>/start
mx      POST   /sequences/<uuid:sequence_id>/stop
omadnx  DELETE /session
omadnx  GET    /session
open    POST   /session
omadnx  PUT    /session/password
omadnx  DELETE /sessions
omadnx  GET    /sessions
omadnx  DELETE /sessions/<uuid:session_id>
omadnx  GET    /settings
open    GET    /settings/<path:rest>
omadnx  GET    /settings/carriers
mx      DELETE /settings/carriers/<string:code>
mx      PUT    /settings/carriers/<string:code>
mx      PUT    /settings/defaults
omadnx  GET    /settings/guide
mx      PUT    /settings/guide
mx      PUT    /settings/notifications
omadnx  GET    /settings/papers
mx      PUT    /settings/papers/legal
mx      DELETE /settings/papers/logo
omadnx  GET    /settings/papers/logo
mx      PUT    /settings/papers/logo
mx      PUT    /settings/papers/packing-slip
omadnx  GET    /settings/papers/series
mx      PUT    /settings/papers/series/<string:code>
omadnx  GET    /settings/payment-methods
mx      DELETE /settings/payment-methods/<string:code>
mx      PUT    /settings/payment-methods/<string:code>
mx      PUT    /settings/seller
omadnx  GET    /settings/shipping-methods
mx      DELETE /settings/shipping-methods/<string:code>
mx      PUT    /settings/shipping-methods/<string:code>
omadnx  GET    /settings/statuses
mx      DELETE /settings/statuses/<string:code>
mx      PUT    /settings/statuses/<string:code>
omadnx  GET    /settings/tag-rules
mx      PUT    /settings/tag-rules
omadnx  POST   /settings/tag-rules/simulate
omadnx  GET    /stock
open    GET    /stock/<path:rest>
omadnx  GET    /stock/<string:sku>
mdx     POST   /stock/<string:sku>/adjustments
omadnx  GET    /stock/<string:sku>/movements
mdx     PUT    /stock/<string:sku>/place
mdx     PUT    /stock/<string:sku>/policy
omadnx  GET    /stock/<string:sku>/promised
mdx     POST   /stock/<string:sku>/receipts
open    GET    /tag-rules
omadnx  GET    /templates
mx      DELETE /templates/<string:status>/<string:locale>
omadnx  GET    /templates/<string:status>/<string:locale>
mx      PUT    /templates/<string:status>/<string:locale>
mx      GET    /templates/draft/look
mx      POST   /templates/preview
ax      GET    /tokens
x       POST   /tokens
x       DELETE /tokens/<uuid:identifier>
ax      GET    /tokens/<uuid:identifier>
open    GET    /unsubscribe/<string:token>
open    POST   /unsubscribe/<string:token>
omadnx  GET    /views
dx      GET    /views/<string:name>
dx      GET    /views/<string:name>/export
omadnx  POST   /views
omadnx  DELETE /views/<uuid:view_id>
omadnx  PUT    /views/<uuid:view_id>
omadnx  GET    /views/counts
adx     GET    /webhook-endpoints
dx      POST   /webhook-endpoints
dx      DELETE /webhook-endpoints/<uuid:endpoint_id>
adx     GET    /webhook-endpoints/<uuid:endpoint_id>
dx      PUT    /webhook-endpoints/<uuid:endpoint_id>
adx     GET    /webhook-endpoints/<uuid:endpoint_id>/deliveries
dx      POST   /webhook-endpoints/<uuid:endpoint_id>/replay
dx      POST   /webhook-endpoints/<uuid:endpoint_id>/secret
open    POST   /webhooks/<string:provider>
open    GET    /work
"""


class Row(NamedTuple):
    """Who may do what; `who` are the letters of roles, or `open`."""

    who: str
    method: str
    rule: str


class Asked(NamedTuple):
    """A request that needs more than its route does: who may, and what it says."""

    who: str
    method: str
    path: str
    said: dict[str, Any]


def rows() -> list[Row]:
    """The rows of the table."""
    return [Row(*line.split(maxsplit=2)) for line in TABLE.strip().splitlines()]


NOBODY = "00000000-0000-4000-8000-000000000000"
_CSV = {"data": b"number,status\nC1,shipped\n", "content_type": "text/csv"}


def _bulk(action: str, **told: Any) -> dict[str, Any]:
    return {"json": {"action": action, "ids": [NOBODY], **told}}


FURTHER = (
    Asked("mdx", "POST", "/imports?dry_run=true", _CSV),
    Asked("mx", "POST", "/imports?kind=orders", _CSV),
    Asked("mx", "POST", "/imports?kind=orders&stock=apply", _CSV),
    Asked("mx", "POST", "/imports?kind=tracking", _CSV),
    Asked("mdx", "POST", "/imports?kind=products", _CSV),
    Asked("mx", "POST", "/imports?kind=statuses", _CSV),
    Asked("omx", "POST", "/orders/bulk", _bulk("status", status="shipped")),
    Asked("omx", "POST", "/orders/bulk", _bulk("tags", add=["x"])),
    Asked("omx", "POST", "/orders/bulk", _bulk("operator", operator="x")),
    Asked("omx", "POST", "/orders/bulk", _bulk("archive")),
    Asked("omx", "POST", "/orders/bulk", _bulk("unarchive")),
    Asked("omx", "POST", "/orders/bulk", _bulk("payment-link")),
    Asked("omx", "POST", "/orders/bulk", _bulk("resend")),
    Asked("omadx", "POST", "/orders/bulk", _bulk("print")),
    Asked("omadnx", "POST", "/orders/bulk", _bulk("export")),
    Asked("omadnx", "POST", "/exports", {"json": {"list": "orders"}}),
    Asked("omadnx", "POST", "/exports", {"json": {"list": "customers"}}),
    Asked("omadx", "POST", "/exports", {"json": {"list": "messages"}}),
    Asked("omadx", "POST", "/exports", {"json": {"list": "documents"}}),
    Asked("madnx", "POST", "/exports", {"json": {"list": "imports"}}),
    Asked("mx", "POST", f"/orders/{NOBODY}/status", {"json": {"status": "x", "force": True, "reason": "x"}}),
    Asked("omx", "POST", "/views", {"json": {"name": "x", "shared": True}}),
    Asked("omadx", "POST", "/views", {"json": {"name": "x", "filter": {"q": "x"}}}),
    Asked("omadx", "GET", f"/orders/{NOBODY}/neighbours?q=x", {}),
    Asked("omadx", "POST", "/orders/summary", {"json": {"filter": {"q": "x"}}}),
    Asked("omadx", "GET", "/orders?q=x", {}),
    Asked("omadx", "GET", "/orders?sort=-customer", {}),
    Asked("omadx", "GET", "/orders/export?q=x", {}),
    Asked("omadx", "GET", "/exports/order-lines?sort=customer", {}),
    Asked("omadx", "POST", "/exports", {"json": {"list": "orders", "filter": {"q": "x"}}}),
    Asked("omadx", "POST", "/exports", {"json": {"list": "customers", "filter": {"sort": "name"}}}),
    Asked("omadx", "POST", "/orders/bulk", {"json": {"action": "export", "filter": {"q": "x"}}}),
    Asked("omadx", "GET", "/customers?q=x", {}),
    Asked("omadx", "GET", "/customers?email=x", {}),
    Asked("omadx", "GET", "/customers?sort=name", {}),
)
