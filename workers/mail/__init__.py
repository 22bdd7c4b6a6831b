"""Mails: each is written once, kept as it was written, and handed to the mail server once."""

from workers.mail.performer import SEND_MAIL

__all__ = ["SEND_MAIL"]
