"""Addresses: accounts: signing in, second factor, roles, the administrator's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from lupustrial.capture.accounts import (
    _door,
    _health,
    _limits,
    _links,
    _own,
    _people,
    _person,
    _roles,
    _second,
)

urlpatterns: list[URLPattern] = [
    path("login", _door.enter, name="login"),
    path("logout", _door.leave, name="logout"),
    path("link/<str:secret>", _links.follow, name="one-time-link"),
    path("second-factor", _second.give, name="second-factor"),
    path("second-factor/set", _second.set_up, name="second-factor-set"),
    path("session", _limits.session_left, name="session-left"),
    path("role", _roles.choose, name="choose-role"),
    path("language", _own.language, name="language"),
    path("account", _own.account, name="account"),
    path("account/password", _own.password, name="password"),
    path("people", _people.people, name="people"),
    path("people/new", _people.new, name="person-new"),
    path("people/review", _people.review, name="access-review"),
    path("people/<str:account>", _person.person, name="person"),
    path("healthz", _health.healthz, name="healthz"),
]
