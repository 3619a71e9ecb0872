"""Notices by e-mail, where the server has a mail service; they say that something happened, no more."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from lupustrial.capture.accounts import email_of
from lupustrial.capture.models import Account
from lupustrial.capture.store import EVERY_SITE, grants_of
from lupustrial.capture.supply._unblindings import told_roles
from lupustrial.ledger import Transaction
from lupustrial.study import Study

_log = logging.getLogger(__name__)


def mail_works() -> bool:
    """Whether the server has a mail service; without one, notices wait on the pages."""
    return not str(settings.EMAIL_BACKEND).endswith("dummy.EmailBackend")


def people_told(tx: Transaction, study: Study, site: str) -> list[str]:
    """Return the accounts that hold a role which is told of unblindings, at a site."""
    roles = set(told_roles(study))
    held = [one for one in grants_of(tx) if one.role in roles and one.site in (site, EVERY_SITE)]
    return sorted({one.person for one in held})


def tell_by_mail(study: Study, people: list[str], number: int) -> int:
    """Send the notice of an unblinding; return how many were sent.

    The text names study and ledger entry, not the participant, the reason or the recipient: mail is no
    confidential place. What cannot be sent is logged without addresses; the notice waits on the pages.
    """
    if not mail_works():
        return 0
    subject = _("%(study)s: a notice waits for you") % {"study": study.id}
    body = _(
        "An unblinding was recorded in %(study)s, ledger entry %(number)s.\n"
        "Sign in to read and acknowledge the notice."
    ) % {"study": study.id, "number": number}
    sent = 0
    for account in Account.objects.filter(username__in=people, is_active=True):
        address = email_of(account)
        if not address:
            continue
        try:
            sent += EmailMessage(subject, body, to=[address]).send()
        except (OSError, SMTPException) as error:
            _log.warning("a notice could not be sent (%s)", type(error).__name__)
    return sent
