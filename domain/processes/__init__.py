"""The processes: what follows from what was recorded, each named after what it does and what sets it off."""

from __future__ import annotations

from collections.abc import Mapping

from domain.processes.advance_on_step import ADVANCE_ON_STEP
from domain.processes.clear_on_erased import CLEAR_ON_ERASED
from domain.processes.collect_on_requested import COLLECT_ON_REQUESTED
from domain.processes.enrol_on_order import ENROL_ON_ORDER
from domain.processes.exit_on_order import EXIT_ON_ORDER
from domain.processes.exit_on_withdrawal import EXIT_ON_WITHDRAWAL
from domain.processes.mail_on_money import MAIL_ON_MONEY
from domain.processes.mail_on_status import MAIL_ON_STATUS
from domain.processes.mail_on_tracking_told import MAIL_ON_TRACKING_TOLD
from domain.processes.process import Process
from domain.processes.refund_on_requested import REFUND_ON_REQUESTED
from domain.processes.send_on_message_requested import SEND_ON_MESSAGE_REQUESTED
from domain.processes.tag_on_purchase import TAG_ON_PURCHASE
from domain.processes.void_on_changed import VOID_ON_CHANGED

_ALL: tuple[Process, ...] = (
    MAIL_ON_STATUS,
    MAIL_ON_MONEY,
    MAIL_ON_TRACKING_TOLD,
    SEND_ON_MESSAGE_REQUESTED,
    REFUND_ON_REQUESTED,
    COLLECT_ON_REQUESTED,
    VOID_ON_CHANGED,
    CLEAR_ON_ERASED,
    TAG_ON_PURCHASE,
    ENROL_ON_ORDER,
    ADVANCE_ON_STEP,
    EXIT_ON_ORDER,
    EXIT_ON_WITHDRAWAL,
)

PROCESSES: Mapping[str, Process] = {process.name: process for process in _ALL}
