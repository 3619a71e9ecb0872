"""Words that stand on paper, in the language of who prints."""

from __future__ import annotations

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Return the words by key."""
    return {
        "participant": _("Participant"),
        "site": _("Site"),
        "visit": _("Visit"),
        "visits": _("Visits"),
        "protocol": _("Protocol version"),
        "page": _("Page"),
        "of": _("of"),
        "number": _("No."),
        "repeats": _("This form repeats; number the sheets."),
        "demo": _("Demonstration: no real person"),
        "lacking": _("Signs that no font on the server has are printed as [U+…]."),
        "when": _("Only if"),
        "date": _("year – month – day"),
        "not_done": _("Not done, because"),
        "unanswered": _("not answered"),
        "filled_by": _("Filled in by"),
        "on": _("Date"),
        "signature": _("Signature"),
        "signed": _("Signed"),
        "holds": _("holds"),
        "broken": _("broken: something signed was changed afterwards"),
        "false": _("not genuine"),
        "audit": _("Audit trail"),
        "at": _("When (UTC)"),
        "by": _("By, in the role"),
        "what": _("What"),
        "old": _("Before"),
        "new": _("After"),
        "why": _("Reason"),
        "where": _("Where"),
        "state": _("State"),
        "seen_by": _("As seen by"),
        "casebook": _("Casebook"),
        "complete": _("complete"),
        "started": _("not complete"),
        "no_pages": _("Nothing that this role sees is held."),
        "standard": _("the standard unit"),
    }
