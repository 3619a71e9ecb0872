"""Fill the tables of the instrument pages from the instruments themselves.

In ``docs/instruments/*.md`` what stands between a marker and ``<!-- end -->`` is written by this script::

    <!-- items: bilag2004 -->                      inputs: code, descriptor, values, source, tag
    <!-- items: sledai_2k | sledai_items: weight, organ=organ system -->
                                                   the same with columns of a rule table, matched by code
    <!-- settings: sledai_1992 sledai_2k -->       settings: options, default, tag, question
    <!-- table: he2020_renal | name, value, trust=tag -->
                                                   columns of a rule table, each under its heading
    <!-- checks: all -->                           consistency checks: id, instrument, items, what is asked

Without ``--check`` pages are rewritten; with it they are only compared, and the exit status is 1 when one is
stale.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lupustrial.instruments import DOMAINS, INSTRUMENTS, Input, Instrument, Setting

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "instruments"
TABLES = ROOT / "src" / "lupustrial" / "instruments" / "tables"
_MARKED = re.compile(r"(<!-- (items|settings|table|checks): (.*?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main(arguments: Sequence[str] = ()) -> int:
    """Rewrite or, with ``--check``, compare the pages; return 1 when one is stale or cannot be filled."""
    check = "--check" in arguments
    stale = []
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        try:
            fresh = filled(text)
        except KeyError as error:
            print(f"{page.relative_to(ROOT)}: there is no {error.args[0]!r}")
            return 1
        if fresh != text:
            stale.append(page)
            if not check:
                page.write_text(fresh, encoding="utf-8")
    for page in stale:
        print(
            f"{page.relative_to(ROOT)}: {'stale, run scripts/instrument_tables.py' if check else 'written'}"
        )
    return 1 if check and stale else 0


def filled(text: str) -> str:
    """Return a page with every marked table written anew; KeyError for a name that does not exist."""
    makers: Mapping[str, Callable[[str], str]] = {
        "items": _items,
        "settings": _settings,
        "table": _table,
        "checks": _checks,
    }
    return _MARKED.sub(lambda found: f"{found[1]}\n{makers[found[2]](found[3])}\n\n{found[5]}", text)


def _items(arguments: str) -> str:
    names, _, extra = arguments.partition("|")
    table, _, listed = extra.partition(":")
    columns = _columns(listed) if extra else {}
    more = {row["code"]: row for row in _read(table.strip())} if extra else {}
    inputs = {each.code: each for name in names.split() for each in INSTRUMENTS[name].inputs}
    rows = []
    for codes, each in _together(list(inputs.values())):
        row = more.get(each.code, {})
        cells = [row.get(column, "") for column in columns]
        rows.append([codes, each.label, each.permitted, *cells, each.source, each.trust])
    return _markdown(["code", "descriptor (own words)", "values", *columns.values(), "source", "tag"], rows)


def _together(inputs: Sequence[Input]) -> Iterable[tuple[str, Input]]:
    """Yield inputs with the code to be printed; one row for those that repeat for every domain or item."""
    several = {each.code for each in inputs if each.item}
    done = set()
    for each in inputs:
        for endings, word in ((set(DOMAINS), "domain"), (several, "item")):
            ending = next((one for one in endings if each.code.endswith(f"_{one}")), None)
            prefix = each.code.removesuffix(ending or each.code)
            alike = [
                one
                for one in inputs
                if prefix and one.code.startswith(prefix) and one.code.removeprefix(prefix) in endings
            ]
            if len(alike) > 1 and alike[0].kind == alike[-1].kind:
                label = each.label.replace(ending or "", f"*{word}*")
                if (prefix, word) not in done:
                    done.add((prefix, word))
                    yield f"`{prefix}<{word}>`", replace(each, label=label)
                break
        else:
            aliases = f" (or {', '.join(f'`{alias}`' for alias in each.aliases)})" if each.aliases else ""
            yield f"`{each.code}`{aliases}", each


def _settings(arguments: str) -> str:
    instruments = [INSTRUMENTS[name] for name in arguments.split()]
    rows: dict[Setting, list[Instrument]] = {}
    for instrument in instruments:
        for setting in instrument.settings:
            rows.setdefault(setting, []).append(instrument)
    cells = []
    for one, having in rows.items():
        whose = "" if len(having) == len(instruments) else f" ({', '.join(each.id for each in having)})"
        options = ", ".join(f"`{option}`" for option in one.allowed)
        cells.append([f"`{one.name}`{whose}", options, f"`{one.default}`", one.tag, one.question])
    return _markdown(["setting", "options", "default", "tag", "question for the clinician"], cells)


def _table(arguments: str) -> str:
    name, _, listed = arguments.partition("|")
    rows, columns = _read(name.strip()), _columns(listed)
    return _markdown(list(columns.values()), [[row[column] for column in columns] for row in rows])


#: So many items or instruments of a check are named.
_NAMED = 4


def _checks(arguments: str) -> str:
    """Return a row for every id and message; a message that names its item stands once, for the first."""
    names = INSTRUMENTS if arguments == "all" else arguments.split()
    found: dict[str, dict[str, list[str]]] = {}
    owners: dict[str, list[str]] = {}
    for name in names:
        for check in INSTRUMENTS[name].checks:
            code = check.item if check.item.isupper() else "\0"
            message = check.message.replace(code, "the item")
            items = found.setdefault(check.id, {}).setdefault(message, [])
            if check.item not in items:
                items.append(check.item)
            if name not in owners.setdefault(check.id, []):
                owners[check.id].append(name)
    rows = [
        [check, _few(owners[check]), _few(items), message]
        for check, messages in sorted(found.items())
        for message, items in _merged(messages)
    ]
    return _markdown(["id", "instrument", "item", "what is asked"], rows)


def _merged(messages: Mapping[str, list[str]]) -> Iterable[tuple[str, list[str]]]:
    """Yield message and items; where each item has a message of its own the first stands for all."""
    if len(messages) > _NAMED:
        items = [item for listed in messages.values() for item in listed]
        message = next(iter(messages))
        for domain in DOMAINS:
            message = message.replace(domain, "*domain*")
        yield message, items
    else:
        yield from messages.items()


def _few(items: Sequence[str]) -> str:
    named = ", ".join(f"`{item}`" for item in items[:_NAMED])
    return named if len(items) <= _NAMED else f"{named} and {len(items) - _NAMED} more"


def _columns(listed: str) -> dict[str, str]:
    """Return heading by column of ``name, trust=tag``."""
    pairs = [each.strip().partition("=") for each in listed.split(",")]
    return {column: heading or column for column, _, heading in pairs}


def _read(name: str) -> list[dict[str, str]]:
    path = TABLES / f"{name}.csv"
    if not path.is_file():
        raise KeyError(name)
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    texts = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in (heads, *rows)]
    head, *body = (f"| {text} |" for text in texts)
    return "\n".join([head, "|" + "---|" * len(heads), *body])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
