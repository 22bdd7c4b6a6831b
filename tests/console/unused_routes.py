"""The routes that no screen of the console uses, and why: the one table.

A row is method, route and reason, of two spaces between. What is not under `/api/v1` is no route of the API.
"""

from __future__ import annotations

TABLE = """
GET  /openapi.json  for people who write programs
POST  /webhooks/<string:provider>  payment providers call it
GET  /audit/checkpoint  proofs are checked outside, by a program that does not trust this one
GET  /audit/consistency  proofs are checked outside, by a program that does not trust this one
GET  /audit/inclusion  proofs are checked outside, by a program that does not trust this one
GET  /epochs  for programs that follow the log
GET  /events  for programs that follow the log; a person looks at /audit/events
GET  /events/asyncapi.json  for people who write programs
GET  /events/schemas/<string:topic>  for people who write programs; the console lists the topics
GET  /orders/<uuid:order_id>/events  the raw stream; an order shows its timeline, the audit its events
GET  /orders/<uuid:order_id>/history  states at instants for programs; an order goes back by version
GET  /settings/carriers  stands in /settings
GET  /settings/payment-methods  stands in /settings
GET  /settings/shipping-methods  stands in /settings
GET  /settings/statuses  stands in /settings
GET  /settings/papers/series  stands in /settings/papers
GET  /settings/tag-rules  stands in /settings
GET  /tokens/<uuid:identifier>  stands in the list of tokens
GET  /imports/mappings/<string:name>  the wizard is told a mapping where a file fits one
PUT  /orders/<uuid:order_id>/customer  a customer is chosen among other changes: /edits
DELETE  /orders/<uuid:order_id>/payments/<string:payment>  the same as /void, for programs that hold a payment
GET  /templates  each template is read by its status and language
GET  /operators/<uuid:identifier>  stands in the list of operators
GET  /effects/<uuid:key>  stands in the list of effects
GET  /enrolments  stands in each sequence
POST  /orders/<uuid:order_id>/items  changes of a cart are one decision: /edits
PATCH  /orders/<uuid:order_id>/items/<string:item>  changes of a cart are one decision: /edits
DELETE  /orders/<uuid:order_id>/items/<string:item>  changes of a cart are one decision: /edits
POST  /orders/<uuid:order_id>/coupons  changes of a cart are one decision: /edits
DELETE  /orders/<uuid:order_id>/coupons/<string:code>  changes of a cart are one decision: /edits
PUT  /orders/<uuid:order_id>/discount  changes of a cart are one decision: /edits
PUT  /orders/<uuid:order_id>/shipping-charge  changes of a cart are one decision: /edits
POST  /orders/<uuid:order_id>/archive  the list archives by /orders/bulk
POST  /orders/<uuid:order_id>/unarchive  the list archives by /orders/bulk
POST  /orders/<uuid:order_id>/payment-requests  a saved card is charged by programs that hold its token
GET  /orders/export  the list exports by a job: /orders/bulk
GET  /exports/orders  the list exports by a job: /orders/bulk
GET  /projections/outside  for teams that add views of their own
GET  /views/<string:name>  for teams that add views of their own; their rows mean nothing to this desk
GET  /views/<string:name>/export  for teams that add views of their own; their rows mean nothing to this desk
POST  /documents  papers of many orders are printed by /orders/bulk
"""

# What a person would look for at the desk: screens that are still to be made.
MISSING = """
DELETE  /imports/mappings/<string:name>  the wizard keeps mappings, `carnet import maps` removes them
GET  /imports/<uuid:import_id>/differences  read by `carnet import`
GET  /sessions  a person's devices are not listed yet
DELETE  /sessions  a person's devices are not listed yet
DELETE  /sessions/<uuid:session_id>  a person's devices are not listed yet
GET  /operators/<uuid:identifier>/sessions  another's devices are not listed yet
DELETE  /operators/<uuid:identifier>/sessions  another's devices are not listed yet
DELETE  /operators/<uuid:identifier>/sessions/<uuid:session_id>  another's devices are not listed yet
PATCH  /orders/<uuid:order_id>/notes/<string:note>  notes are added, not changed
DELETE  /orders/<uuid:order_id>/notes/<string:note>  notes are added, not taken off
PATCH  /orders/<uuid:order_id>/shipments/<int:shipment>  tracking is corrected, delivery told by imports
GET  /orders/<uuid:order_id>/shipping-label.pdf  the order offers other papers
POST  /documents/picking-list  printed by `carnet picking`
POST  /orders/<uuid:order_id>/payments/<string:payment>/capture  what was promised is captured by programs
POST  /orders/<uuid:order_id>/payments/<string:payment>/void  what was promised is given up by programs
POST  /orders/<uuid:order_id>/refunds/<string:refund>/withdraw  a refund that waits is withdrawn by programs
PUT  /settings/papers/packing-slip  what packing slips carry is set by programs
PUT  /stock/<string:sku>/place  places on shelves are told by imports and programs
POST  /exports  lists other than the orders are exported by `carnet export`
GET  /exports/<uuid:job_id>  lists other than the orders are exported by `carnet export`
GET  /exports/<uuid:job_id>/file  lists other than the orders are exported by `carnet export`
GET  /audit/reads  read by `carnet audit reads`
GET  /books/closings  closings are made and listed by `carnet books`
GET  /books/closings/<int:number>.pdf  closings are printed by `carnet books`
GET  /books/fec  written by `carnet export fec`
GET  /reports/restated  read by programs; the dashboard tells of today
GET  /reports/stock-days  read by programs; a product shows its movements
GET  /exports/coupons  lists other than the orders are exported by `carnet export`
GET  /exports/customers  lists other than the orders are exported by `carnet export`
GET  /exports/documents  lists other than the orders are exported by `carnet export`
GET  /exports/enrolments  lists other than the orders are exported by `carnet export`
GET  /exports/imports  lists other than the orders are exported by `carnet export`
GET  /exports/messages  lists other than the orders are exported by `carnet export`
GET  /exports/order-lines  lists other than the orders are exported by `carnet export`
GET  /exports/status-history  lists other than the orders are exported by `carnet export`
GET  /exports/stock  lists other than the orders are exported by `carnet export`
GET  /exports/stock-movements  lists other than the orders are exported by `carnet export`
"""
