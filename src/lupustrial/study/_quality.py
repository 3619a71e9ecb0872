"""What a study asks of its data's quality: which values are verified against source, what signatures mean.

As in `lupustrial.study._model`, field names are the keys of ``study.yaml`` (``docs/study-folder.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class VerificationPlan:
    """How much is verified against source: percent of the participants, 0 to 100.

    `items` (``form.ITEM``) goes before `forms`, `forms` before `otherwise`. Who is drawn is not known at the
    site before the data are there (``docs/capture/quality.md``).
    """

    otherwise: int = 100
    forms: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)

    def percent(self, form: str, item: str) -> int:
        """Return the percentage of participants of whom an item is verified."""
        return self.items.get(f"{form}.{item}", self.forms.get(form, self.otherwise))


@dataclass(frozen=True, kw_only=True)
class SignatureMeaning:
    """A meaning that a signature can have (21 CFR 11.50(a)(3)).

    `roles` alone may give it; empty: every role that may ``sign``.
    """

    id: str
    meaning: str
    roles: tuple[str, ...] = ()


#: The meanings of a study that declares none.
DEFAULT_MEANINGS: tuple[SignatureMeaning, ...] = (
    SignatureMeaning(
        id="responsibility", meaning="I am responsible for these data: they are complete and true"
    ),
    SignatureMeaning(id="review", meaning="I have reviewed these data"),
    SignatureMeaning(id="approval", meaning="I approve these data"),
)
