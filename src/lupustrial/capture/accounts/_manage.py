"""What an administrator does to accounts. Each act is on the ledger with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError

from lupustrial.allocation.store import is_unblinded
from lupustrial.capture._encryption import open_text, seal_text
from lupustrial.capture._trial import Trial
from lupustrial.capture.accounts._devices import remove_devices
from lupustrial.capture.accounts._listing import administrators, open_holders
from lupustrial.capture.accounts._tokens import make_link
from lupustrial.capture.accounts._told import tell
from lupustrial.capture.models import Account, OneTimeLink
from lupustrial.capture.store import Grant, grants_of, write
from lupustrial.errors import CaptureError, Fault
from lupustrial.ledger import Actor


def create_account(trial: Trial, *, username: str, full_name: str, email: str = "", by: Actor) -> Account:
    """Make an account without password and roles; `make_link` gives the way to the first password.

    Raises:
        CaptureError: CAPT-083, there is one of this name, or there was.
    """
    try:
        account = Account.objects.create_user(username, full_name)
    except IntegrityError:
        hint = "choose another: a name stays with its first owner, even when the account is closed"
        raise _refused("CAPT-083", "there is an account of this name", username, hint) from None
    if email:
        account.email = seal_text(settings.CONFIG.keys, email, place=f"email of {username}")
        account.save(update_fields=["email"])
    tell(trial, "account created", by=by, data={"account": username})
    return account


def email_of(account: Account) -> str:
    """Return the e-mail address of an account, decrypted; empty where there is none."""
    return open_text(settings.CONFIG.keys, account.email, place=f"email of {account.username}")


def grant_role(
    trial: Trial, account: Account, role: str, sites: Sequence[str], *, by: Actor, why: str
) -> list[str]:
    """Grant a role at sites.

    Returns:
        What is unusual about it (``warnings_of``), as the ledger keeps it.
    """
    unusual = warnings_of(trial, account.username, role, by=by)
    data = {"person": account.username, "role": role, "sites": list(sites), "unusual": unusual}
    with trial.writing() as tx:
        write(tx, study=trial.study.id, kind="role granted", by=by, data=data, why=why)
    return unusual


def warnings_of(trial: Trial, person: str, role: str, *, by: Actor) -> list[str]:
    """Return the ids of what is unusual in granting a role: ``own``, ``unblinds``, ``shut``.

    ``own``: administrators grant themselves a clinical role; ``unblinds``: somebody in a blinded clinical
    role gets one that is not; ``shut``: the role is blinded and the person knows a treatment, so that it
    stays shut.
    """
    roles = {one.id: one for one in trial.study.roles}
    with trial.reading() as tx:
        others = {grant.role for grant in grants_of(tx, person)} - {role}
        knows = is_unblinded(tx, trial.study, person)
    blinded = any(roles[one].blinded and roles[one].clinical for one in others if one in roles)
    found = {
        "own": person == by.id and roles[role].clinical,
        "unblinds": not roles[role].blinded and blinded,
        "shut": roles[role].blinded and knows,
    }
    return [name for name, holds in found.items() if holds]


def end_grants(trial: Trial, account: Account, grants: Sequence[Grant], *, by: Actor, why: str) -> None:
    """End roles at sites.

    Raises:
        CaptureError: CAPT-084, nobody would be left who can administer.
    """
    ended = set(grants)
    able = {role.id for role in trial.study.roles if "administer" in role.may}
    with trial.writing() as tx:
        held = grants_of(tx)
        if not open_holders(able, [grant for grant in held if grant not in ended]):
            raise _last(account)
        for role in dict.fromkeys(grant.role for grant in grants):
            sites = [grant.site for grant in grants if grant.role == role]
            data = {"person": account.username, "role": role, "sites": sites}
            write(tx, study=trial.study.id, kind="role ended", by=by, data=data, why=why)


def close_account(trial: Trial, account: Account, *, by: Actor, why: str) -> None:
    """Close an account: it cannot sign in, its sessions and links end. Nothing that it did is touched.

    Raises:
        CaptureError: CAPT-084, nobody would be left who can administer.
    """
    if administrators(trial) == {account.username}:
        raise _last(account)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    if not administrators(trial):  # two closed each other at the same time
        Account.objects.filter(pk=account.pk).update(is_active=True)
        raise _last(account)
    OneTimeLink.objects.filter(account=account, used=None).delete()
    tell(trial, "account closed", by=by, data={"account": account.username}, why=why)


def reopen_account(trial: Trial, account: Account, *, by: Actor, why: str) -> None:
    """Open a closed account again, with the roles that it still holds."""
    Account.objects.filter(pk=account.pk).update(is_active=True)
    tell(trial, "account reopened", by=by, data={"account": account.username}, why=why)


def reset_account(trial: Trial, account: Account, *, by: Actor, why: str, second: bool) -> str:
    """Take the password away and return the secret of a one-time link; with `second`, the second factor too.

    Sessions end at once. The signing key cannot be read without the old password: the next one is new.
    """
    account.set_unusable_password()
    account.signing_private = ""
    account.save(update_fields=["password", "signing_private"])
    tell(
        trial, "account changed", by=by, data={"account": account.username, "what": "password reset"}, why=why
    )
    if second:
        remove_devices(account)
        tell(trial, "second factor removed", by=by, data={"account": account.username}, why=why)
    return make_link(account)


def _last(account: Account) -> CaptureError:
    hint = "let somebody else administer first"
    return _refused("CAPT-084", "this is the last account that can administer", account.username, hint)


def _refused(id_: str, message: str, account: str, hint: str) -> CaptureError:
    return CaptureError(Fault(id=id_, message=message, place=f"account {account}", hint=hint))
