"""The tables of the ledger, and the triggers that refuse to change or remove what stands in it."""

from __future__ import annotations

from lupustrial.ledger._database import Transaction
from lupustrial.ledger._entry import GENESIS

_TABLES = (
    """CREATE TABLE IF NOT EXISTS ledger (
        position BIGINT PRIMARY KEY,
        previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS ledger_head (
        id INTEGER PRIMARY KEY CHECK (id = 1), position BIGINT NOT NULL, hash TEXT NOT NULL)""",
)


def create_ledger(tx: Transaction) -> None:
    """Make the tables and triggers of the ledger where they are missing."""
    for statement in _TABLES:
        tx.run(statement)
    if tx.one("SELECT 1 FROM ledger_head") is None:
        tx.run("INSERT INTO ledger_head (id, position, hash) VALUES (1, 0, ?)", GENESIS)
    refuse_changes(tx, "ledger", "entries of the ledger are never changed or removed")
    if tx.dialect == "sqlite":
        tx.run(
            """CREATE TRIGGER IF NOT EXISTS ledger_follows BEFORE INSERT ON ledger
            WHEN NOT EXISTS (SELECT 1 FROM ledger_head
                             WHERE position + 1 = NEW.position AND hash = NEW.previous)
            BEGIN SELECT RAISE(ABORT, 'an entry of the ledger follows the last one'); END"""
        )
        tx.run(
            """CREATE TRIGGER IF NOT EXISTS ledger_head_moves BEFORE UPDATE ON ledger_head
            WHEN NOT EXISTS (SELECT 1 FROM ledger WHERE position = NEW.position AND hash = NEW.hash)
                 OR NEW.position <= OLD.position
            BEGIN SELECT RAISE(ABORT, 'the head of the ledger moves to a later entry'); END"""
        )
        tx.run(
            """CREATE TRIGGER IF NOT EXISTS ledger_head_stays BEFORE DELETE ON ledger_head
            BEGIN SELECT RAISE(ABORT, 'the head of the ledger is never removed'); END"""
        )
        _refuse_replacing(tx, "ledger_head", "the head of the ledger is never removed")
        return
    _define(
        tx,
        "ledger_head_moves",
        """IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE'
        THEN RAISE EXCEPTION 'the head of the ledger is never removed'; END IF;
        IF NEW.position <= OLD.position OR NOT EXISTS
            (SELECT 1 FROM ledger WHERE position = NEW.position AND hash = NEW.hash)
        THEN RAISE EXCEPTION 'the head of the ledger moves to a later entry'; END IF; RETURN NEW;""",
    )
    _attach(tx, "ledger_head", "ledger_head_moves", "BEFORE UPDATE OR DELETE", "FOR EACH ROW")
    _attach(tx, "ledger_head", "ledger_head_stays", "BEFORE TRUNCATE", "", function="ledger_head_moves")
    _define(
        tx,
        "ledger_follows",
        """IF NEW.hash <> encode(sha256(convert_to(
            NEW.position || E'\\n' || NEW.previous || E'\\n' || NEW.body, 'UTF8')), 'hex')
           OR (NEW.position = 1 AND NEW.previous <> repeat('0', 64))
           OR (NEW.position > 1 AND NOT EXISTS
               (SELECT 1 FROM ledger WHERE position = NEW.position - 1 AND hash = NEW.previous))
        THEN RAISE EXCEPTION 'an entry of the ledger follows the last one'; END IF; RETURN NEW;""",
    )
    _attach(tx, "ledger", "ledger_follows", "BEFORE INSERT", "FOR EACH ROW")


def refuse_changes(tx: Transaction, table: str, message: str, *, unless: str = "FALSE") -> None:
    """Make the database refuse UPDATE and DELETE on a table.

    Args:
        tx: The transaction.
        table: Name of the table.
        message: What the database answers; no quotes.
        unless: A condition on ``OLD`` and ``NEW`` under which an UPDATE is let through.
    """
    if tx.dialect == "sqlite":
        for verb, when in (("UPDATE", f"WHEN ({unless}) IS NOT TRUE"), ("DELETE", "")):
            tx.run(
                f"""CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when}
                BEGIN SELECT RAISE(ABORT, '{message}'); END"""
            )
        _refuse_replacing(tx, table, message)
        return
    _define(
        tx,
        f"{table}_unchanged",
        f"""IF TG_OP = 'UPDATE' THEN IF {unless} THEN RETURN NEW; END IF; END IF;
        RAISE EXCEPTION '{message}';""",
    )
    _attach(tx, table, f"{table}_no_change", "BEFORE UPDATE OR DELETE", "FOR EACH ROW", f"{table}_unchanged")
    _attach(tx, table, f"{table}_no_truncate", "BEFORE TRUNCATE", "", f"{table}_unchanged")


def _refuse_replacing(tx: Transaction, table: str, message: str) -> None:
    """Refuse REPLACE, by which SQLite removes rows that are in the way without asking triggers of DELETE."""
    columns = tx.all(f"PRAGMA table_info({table})")
    keys = [[str(row[1]) for row in columns if row[5]], ["rowid"]]
    for _, index, unique, _, partial in tx.all(f"PRAGMA index_list({table})"):
        if unique and not partial:
            keys.append([str(row[2]) for row in tx.all(f"PRAGMA index_info({index})")])
    alike = " OR ".join("(" + " AND ".join(f"{one} = NEW.{one}" for one in key) + ")" for key in keys)
    for verb, others in (("INSERT", ""), ("UPDATE", "rowid <> OLD.rowid AND")):
        tx.run(
            f"""CREATE TRIGGER IF NOT EXISTS {table}_no_replace_by_{verb.lower()} BEFORE {verb} ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE {others} ({alike}))
            BEGIN SELECT RAISE(ABORT, '{message}'); END"""  # noqa: S608 - names of our own tables
        )


def _define(tx: Transaction, name: str, body: str) -> None:
    tx.run(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $guard$ BEGIN {body} END $guard$"
    )


def _attach(
    tx: Transaction, table: str, trigger: str, when: str, each: str, function: str | None = None
) -> None:
    tx.run(f"DROP TRIGGER IF EXISTS {trigger} ON {table}")
    tx.run(f"CREATE TRIGGER {trigger} {when} ON {table} {each} EXECUTE FUNCTION {function or trigger}()")
