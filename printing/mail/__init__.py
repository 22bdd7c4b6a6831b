"""An order and a template in, a mail out: subject, HTML with its styles inlined, and text."""

from printing.mail.example import names
from printing.mail.facts import money_facts, order_facts
from printing.mail.isolated import check_template, write
from printing.mail.rendering import Written
from printing.mail.sandbox import BadTemplate
from printing.mail.standard import Source, source_for, standard_for

__all__ = [
    "BadTemplate", "Source", "Written", "check_template", "money_facts", "names", "order_facts", "source_for",
    "standard_for", "write",
]  # fmt: skip
