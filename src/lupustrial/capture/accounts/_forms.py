"""What may be typed at the door, and in the administrator's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

#: Names that are addresses of pages, or that the ledger uses itself.
RESERVED = frozenset({"new", "review", "system", "demonstration", "nobody", "lupustrial"})

_NAME = RegexValidator(
    r"\A[a-z][a-z0-9._-]{1,58}[a-z0-9]\Z",
    _("3 to 60 small letters, digits, dots, hyphens; a letter first."),
)


class SignIn(forms.Form):
    """Name and password."""

    username = forms.CharField(max_length=60)
    password = forms.CharField(max_length=1000, strip=False)


class Code(forms.Form):
    """A code of the second factor."""

    code = forms.CharField(max_length=40)


class NewPassword(forms.Form):
    """A password, twice."""

    password = forms.CharField(max_length=1000, strip=False, label=_("New password"))
    again = forms.CharField(max_length=1000, strip=False, label=_("The same again"))

    def clean(self) -> dict[str, Any]:
        """See that both are the same."""
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("The two are not the same."))
        return given


class ChangePassword(NewPassword):
    """The same, with the one that is held."""

    field_order = ("old", "password", "again")
    old = forms.CharField(max_length=1000, strip=False, label=_("Password that you have"))


class NewAccount(forms.Form):
    """An account."""

    username = forms.CharField(max_length=60, label=_("Account"), validators=[_NAME])
    full_name = forms.CharField(max_length=200, label=_("Full name"))
    email = forms.EmailField(max_length=250, required=False, label=_("E-mail"))

    def clean_username(self) -> str:
        """Refuse names that mean something else."""
        name = str(self.cleaned_data["username"])
        if name in RESERVED:
            raise forms.ValidationError(_("This name is kept for the system."))
        return name


class Reason(forms.Form):
    """Why something is done to an account."""

    why = forms.CharField(max_length=500, label=_("Reason"))


class Granting(Reason):
    """A role at sites. Which roles and sites there are, the study tells."""

    role = forms.ChoiceField(label=_("Role"))
    sites = forms.MultipleChoiceField(label=_("Sites"))
    confirmed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], sites: list[tuple[str, str]]) -> None:
        """Take the choices of the study."""
        super().__init__(*args)
        choice, several = self.fields["role"], self.fields["sites"]
        if isinstance(choice, forms.ChoiceField) and isinstance(several, forms.MultipleChoiceField):
            choice.choices = roles
            several.choices = sites
