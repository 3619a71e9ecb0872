"""Somebody in every role, with a name that nobody takes for a person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lupustrial.capture.store import EVERY_SITE, write
from lupustrial.ledger import Actor, Transaction
from lupustrial.study import Role, Study, Task

#: Of every account of the demonstration; printed when it starts, and no secret.
PASSWORD = "demonstration only"  # noqa: S105 - it is printed

#: Name of the second factor that the door of the demonstration passes.
DEVICE = "demonstration"

_NAMES = (
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gus",
    "Hana",
    "Ivo",
    "June",
    "Kai",
    "Lea",
    "Max",
    "Nora",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody of the demonstration; `id` is that of the role."""

    id: str
    name: str
    role: Role

    @property
    def actor(self) -> Actor:
        """The same, as the ledger writes it."""
        return Actor(id=self.id, role=self.role.id)


def people_of(study: Study) -> Mapping[str, Person]:
    """Return one person a role, by role."""
    return {
        role.id: Person(id=role.id, name=f"{_NAMES[at % len(_NAMES)]} Example", role=role)
        for at, role in enumerate(study.roles)
    }


def who_may(people: Mapping[str, Person], task: Task) -> list[Person]:
    """Return the people whose roles may do something, in order of the study."""
    return [person for person in people.values() if task in person.role.may]


def grant_all(tx: Transaction, study: Study, people: Mapping[str, Person], at: str) -> None:
    """Write to the ledger that everybody has an account and a role, at every site."""
    by = Actor(id="demonstration", role="system")
    for person in people.values():
        write(tx, study=study.id, kind="account created", by=by, data={"account": person.id}, at=at)
        data = {"person": person.id, "role": person.role.id, "sites": [EVERY_SITE]}
        write(tx, study=study.id, kind="role granted", by=by, data=data, at=at)


def make_accounts(people: Mapping[str, Person]) -> None:
    """Make the accounts by which they sign in; those that exist are left alone."""
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone
    from django_otp.plugins.otp_static.models import StaticDevice

    from lupustrial.capture.models import Account

    digest = make_password(PASSWORD)
    for person in people.values():
        account, _ = Account.objects.get_or_create(
            username=person.id,
            defaults={"full_name": person.name, "password": digest, "password_set": timezone.now()},
        )
        StaticDevice.objects.get_or_create(user=account, name=DEVICE)
