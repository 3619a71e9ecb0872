"""Who is at work: an account in one of its roles, at its sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from lupustrial.allocation.store import is_unblinded
from lupustrial.capture._trial import Trial
from lupustrial.capture.store import EVERY_SITE, Grant
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Role, Study, Task


@dataclass(frozen=True, kw_only=True)
class Acting:
    """An account that acts in a role.

    Attributes:
        id: Account, as the ledger names it.
        name: Name of the person, for the page alone.
        role: The role.
        sites: Ids of the sites at which the role is held; None for every site.
        shut: Why the role is shut to the person (the one-way door); empty while it is open.
    """

    id: str
    name: str
    role: Role
    sites: frozenset[str] | None
    shut: str = ""

    @property
    def actor(self) -> Actor:
        """The same, as the ledger writes it."""
        return Actor(id=self.id, role=self.role.id)

    def may(self, *tasks: Task) -> bool:
        """Whether the role may do one of these."""
        return any(task in self.role.may for task in tasks)

    def at_site(self, site: str) -> bool:
        """Whether the role is held at a site."""
        return self.sites is None or site in self.sites


class CaptureRequest(HttpRequest):
    """A request as views get it: `AccessMiddleware` has let it through."""

    acting: Acting
    trial: Trial
    htmx: HtmxDetails


def acting_of(
    tx: Transaction, study: Study, *, person: str, name: str, role: str, held: Sequence[Grant]
) -> Acting | None:
    """Return somebody in a role; None where he or she does not hold it, or the study has it no more."""
    mine = [grant for grant in held if grant.role == role]
    known = {one.id: one for one in study.roles}
    if not mine or role not in known:
        return None
    sites = None if any(one.site == EVERY_SITE for one in mine) else frozenset(one.site for one in mine)
    shut = ""
    if known[role].blinded and is_unblinded(tx, study, person):
        shut = "unblinded"
    return Acting(id=person, name=name, role=known[role], sites=sites, shut=shut)
