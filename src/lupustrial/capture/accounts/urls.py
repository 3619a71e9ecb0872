"""Addresses: accounts: signing in, second factor, roles, the administrator's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from lupustrial.capture.accounts import _door, _links, _own, _people, _person, _roles, _second

urlpatterns: list[URLPattern] = [
    path("login", _door.enter, name="login"),
    path("logout", _door.leave, name="logout"),
    path("second-factor", _second.give, name="second-factor"),
    path("second-factor/set", _second.set_up, name="second-factor-set"),
    path("role", _roles.choose, name="choose-role"),
    path("account", _own.account, name="account"),
    path("link/<str:secret>", _links.follow, name="one-time-link"),
    path("people", _people.people, name="people"),
    path("people/<str:account>", _person.person, name="person"),
]
