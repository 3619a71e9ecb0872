"""Findings of the audit-trail review (ICH E6(R3) 4.2.3): a module for each kind of question."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from lupustrial.capture.review.findings._after import after_query, after_signature
from lupustrial.capture.review.findings._model import Evidence, Finding, Method
from lupustrial.capture.review.findings._people import much_change
from lupustrial.capture.review.findings._primary import late_changes, primary_items
from lupustrial.capture.review.findings._times import bursts, late_entry, moved_back, unusual_hours
from lupustrial.capture.review.findings._values import digit_preference, duplicated

#: Every method by id, in the order of the page.
METHODS: Mapping[str, Method] = {
    method.id: method
    for method in (
        Method(
            id="late-primary",
            title=_("Late changes of primary items"),
            explanation=_(
                "Items from which the primary endpoint is derived, changed 14 days or more after their entry."
            ),
            find=late_changes,
        ),
        Method(
            id="after-query",
            title=_("Values changed after a query"),
            explanation=_("Most are corrections. Look for a query that suggests an answer."),
            find=after_query,
        ),
        Method(
            id="after-signature",
            title=_("Values changed after a signature"),
            explanation=_("What was signed was changed, so that the signature does not hold any more."),
            find=after_signature,
        ),
        Method(
            id="hours",
            title=_("Unusual hours"),
            explanation=_(
                "5 saves or more, and a tenth of all, at weekends or between 22:00 and 6:00 at the site."
            ),
            find=unusual_hours,
        ),
        Method(
            id="burst",
            title=_("Many pages in minutes"),
            explanation=_("10 pages or more saved by one account within 5 minutes."),
            find=bursts,
        ),
        Method(
            id="late-entry",
            title=_("Entry long after the visit"),
            explanation=_("Pages first entered 14 days or more after the date of the visit."),
            find=late_entry,
        ),
        Method(
            id="digits",
            title=_("Digit preference"),
            explanation=_(
                "Last digits of 50 numbers or more by one account that are not even (chi-squared)."
            ),
            find=digit_preference,
        ),
        Method(
            id="duplicates",
            title=_("Duplicated values"),
            explanation=_("Pages of one form on which 4 numbers or more are all the same."),
            find=duplicated,
        ),
        Method(
            id="backdated",
            title=_("Dates of visits moved back"),
            explanation=_(
                "The date of a visit was moved to an earlier day, or lies after the day of its entry."
            ),
            find=moved_back,
        ),
        Method(
            id="churn",
            title=_("Accounts with much change"),
            explanation=_(
                "Accounts that change more of what they save than all others do (exact binomial test)."
            ),
            find=much_change,
        ),
    )
}

__all__ = ["METHODS", "Evidence", "Finding", "Method", "primary_items"]
