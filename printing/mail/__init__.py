"""An order and a template in, a mail out: subject, HTML with its styles inlined, and text."""

from printing.mail.facts import order_facts
from printing.mail.rendering import Written, check_template, write
from printing.mail.sandbox import BadTemplate
from printing.mail.standard import Source, source_for

__all__ = ["BadTemplate", "Source", "Written", "check_template", "order_facts", "source_for", "write"]
