"""Who has what: every account with its roles, as the administrator and the access review see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from lupustrial.capture._trial import Trial
from lupustrial.capture.accounts._devices import has_device
from lupustrial.capture.models import Account
from lupustrial.capture.store import EVERY_SITE, Grant, grants_of
from lupustrial.study import Study

#: An account that nobody used for so long is marked in the access review.
_UNUSED = dt.timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A role that somebody holds: its id and name, its sites, and since when at the first of them."""

    role: str
    name: str
    sites: tuple[str, ...]
    since: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An account as it is listed; no clinical data, nothing identifying beyond the name."""

    account: Account
    held: tuple[Held, ...]
    second: bool
    unused: bool

    @property
    def waits(self) -> bool:
        """Whether its first password was never set."""
        return not self.account.has_usable_password()


def listed(trial: Trial, account: str | None = None) -> list[Listed]:
    """Return one account, or all, in order of their ids."""
    with trial.reading() as tx:
        grants = grants_of(tx, account)
    by_person: dict[str, list[Grant]] = {}
    for grant in grants:
        by_person.setdefault(grant.person, []).append(grant)
    found = Account.objects.order_by("username")
    return [
        _listed(trial.study, one, by_person.get(one.username, []))
        for one in (found if account is None else found.filter(username=account))
    ]


def administrators(trial: Trial) -> set[str]:
    """Return the ids of the open accounts that may administer."""
    with trial.reading() as tx:
        held = grants_of(tx)
    return open_holders({role.id for role in trial.study.roles if "administer" in role.may}, held)


def open_holders(roles: Collection[str], grants: Iterable[Grant]) -> set[str]:
    """Return the ids of the open accounts that hold one of some roles, by the grants given."""
    held = {grant.person for grant in grants if grant.role in roles}
    return set(Account.objects.filter(username__in=held, is_active=True).values_list("username", flat=True))


def site_name(study: Study, site: str) -> str:
    """Return how a site is shown; ``"every site"`` for all."""
    if site == EVERY_SITE:
        return "every site"
    name = next((one.name for one in study.sites if one.id == site), "")
    return f"{site} {name}".strip()


def _listed(study: Study, account: Account, grants: Sequence[Grant]) -> Listed:
    names = {role.id: role.name for role in study.roles}
    roles = [*names, *sorted({grant.role for grant in grants} - set(names))]
    held = tuple(
        Held(
            role=role,
            name=names.get(role, f"{role} (not in the study any more)"),
            sites=tuple(site_name(study, grant.site) for grant in mine),
            since=min(grant.since for grant in mine),
            grants=tuple(mine),
        )
        for role in roles
        if (mine := [grant for grant in grants if grant.role == role])
    )
    last = account.last_login or account.created
    return Listed(
        account=account,
        held=held,
        second=has_device(account),
        unused=account.is_active and timezone.now() - last > _UNUSED,
    )
