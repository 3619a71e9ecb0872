"""The first administrator: made when the server starts on a database that has no account."""

from __future__ import annotations

from lupustrial.capture._trial import Trial
from lupustrial.capture.accounts._manage import create_account, grant_role
from lupustrial.capture.accounts._tokens import make_link
from lupustrial.capture.models import Account
from lupustrial.capture.store import EVERY_SITE
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Actor


def first_link(trial: Trial, account: str, *, renew: bool = False) -> str | None:
    """Make the first administrator and return the secret of the link by which the password is set.

    Args:
        trial: The trial.
        account: ``ACCOUNT`` or ``ACCOUNT=FULL NAME``; used where there is no account yet.
        renew: Make a new link for that account, which has not set a password so far.

    Returns:
        The secret; None where there is an account already and no new link is wanted.

    Raises:
        CaptureError: CAPT-095, no role of the study may administer; CAPT-085, the account has a password
            already, or is not there.
    """
    name, _, full = account.partition("=")
    if not Account.objects.exists():
        return _made(trial, name, full or name)
    if not renew:
        return None
    found = Account.objects.filter(username=name).first()
    if found is None or found.has_usable_password():
        message = "has its password already" if found is not None else "is not there"
        raise CaptureError(
            Fault(
                id="CAPT-085",
                message=f"the account {name} {message}",
                place="command line",
                hint="let an administrator make a new link, under People",
            )
        )
    return make_link(found)


def _made(trial: Trial, name: str, full_name: str) -> str:
    able = [role for role in trial.study.roles if "administer" in role.may]
    if not able:
        raise CaptureError(
            Fault(
                id="CAPT-095",
                message="no role of the study may administer",
                place="study.yaml, roles",
                hint="give a role `may: [administer]`",
            )
        )
    role = min(able, key=lambda one: one.clinical)  # one that sees no clinical data, where there is one
    by = Actor(id="lupustrial", role="system")
    account = create_account(trial, username=name, full_name=full_name, by=by)
    grant_role(
        trial, account, role.id, [EVERY_SITE], by=by, why="first administrator, made with the database"
    )
    return make_link(account)
