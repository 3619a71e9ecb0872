"""``lupustrial randomise`` from the key ceremony to the reveal, as its users type it."""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from command import Command, Told

from lupustrial.allocation.sealing import Recipient, make_key, sealed_for, split_key, write_key

ROOT = Path(__file__).resolve().parents[3]
STUDY = ROOT / "studies" / "il2-sle"
UMA = ("--by", "uma", "--role", "unblinded_statistician")
INES = ("--by", "ines", "--role", "investigator")
PUBLIC = re.compile(r"age1[a-z0-9]+")
ARMS = {"IL2", "PBO"}


@dataclass(frozen=True)
class Ceremony:
    """The founding study after `randomise init`, and the reconstructed records to allocate from."""

    command: Command
    folder: Path
    source: Path
    public: dict[str, str]

    def randomise(self, name: str, *arguments: str | Path) -> Told:
        """Run a command on the study and the database."""
        return self.command("randomise", name, STUDY, *arguments, "--store", self.folder / "trial.db")

    def recipients(self) -> list[str]:
        """Return who can open what, as options."""
        who = {"--list": "custodian", "--code-break": "duty", "--production": "pack"}
        return [part for option, name in who.items() for part in (option, f"{name}={self.public[name]}")]

    def share(self, *numbers: int) -> list[str | Path]:
        """Return shares of the custodian's key, as options."""
        paths = [self.folder / "shares" / f"custodian-share-{number}-of-3.txt" for number in numbers]
        return [part for path in paths for part in ("--share", path)]

    def people(self) -> tuple[str, str]:
        """Return somebody who was randomised in the records, and somebody who failed screening."""
        randomised = sorted(pl.read_csv(self.source / "allocation.csv")["participant"].to_list())
        everybody = pl.read_parquet(self.source / "records.parquet")["participant"].unique().sort()
        return randomised[0], next(who for who in everybody if who not in randomised)


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Make the keys of everybody once; the duty physician's is under a passphrase, the custodian's split."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "pw").write_text("correct horse\n", encoding="utf-8")
    public = {}
    for name in ("custodian", "duty", "pack", "ines", "dmc"):
        key = make_key()
        write_key(key, folder / f"{name}.key", "correct horse" if name == "duty" else None)
        public[name] = key.public_key
        if name == "custodian":
            (folder / "shares").mkdir()
            for share in split_key(key, needed=2, of=3):
                (folder / "shares" / f"custodian-share-{share.number}-of-3.txt").write_text(str(share))
    return folder, public


@pytest.fixture
def ceremony(command: Command, tmp_path: Path, il2_out: Path, keys: tuple[Path, dict[str, str]]) -> Ceremony:
    """Seal the list of the founding study."""
    folder, public = keys
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    made = Ceremony(command=command, folder=tmp_path, source=il2_out / "source", public=public)
    told = made.randomise("init", "--sealed", tmp_path / "sealed", *made.recipients(), *UMA)
    assert told.code == 0, told.err
    return made


def test_a_key_is_made_and_split_and_its_shares_open(command: Command, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("correct horse\n", encoding="utf-8")
    told = command("randomise", "key", tmp_path / "a.key", "--passphrase-file", tmp_path / "pw")
    assert told.code == 0, told.err
    (public,) = PUBLIC.findall(told.out)
    quorum = ("--needed", "2", "--of", "3", "--out", tmp_path)
    assert (
        "ALLOC-012"
        in command("randomise", "split", tmp_path / "a.key", *quorum, "--passphrase-file", __file__).err
    )
    told = command("randomise", "split", tmp_path / "a.key", *quorum, "--passphrase-file", tmp_path / "pw")
    assert told.code == 0, told.err
    sealed = tmp_path / "x.age"
    sealed.write_bytes(
        sealed_for(b"for two of three", [Recipient(name="a", purpose="list", public_key=public)])
    )
    shares = [part for n in (3, 1) for part in ("--share", tmp_path / f"a-share-{n}-of-3.txt")]
    assert command("randomise", "read", sealed, *shares).out == "for two of three"


def test_a_trial_from_sealing_to_reveal(ceremony: Ceremony) -> None:
    """One person is allocated, unblinded in an emergency, and found again in the revealed list."""
    folder, (who, failed) = ceremony.folder, ceremony.people()
    told = ceremony.randomise("allocate", who, "--source", ceremony.source, *INES, "--json")
    assert told.code == 0, told.err
    number = json.loads(told.out)["number"]
    again = ceremony.randomise("allocate", who, *INES)
    assert again.code == 1
    assert f"randomisation number {number}" in again.err
    refused = ceremony.randomise("allocate", failed, "--source", ceremony.source, *INES)
    assert refused.code == 1
    assert "ALLOC-040" in refused.err

    told = ceremony.randomise(
        "open",
        *(
            who,
            "--to",
            f"ines={ceremony.public['ines']}",
            "--reason",
            "septic shock",
            "--out",
            folder / "breaks",
        ),
        *("--key", folder / "duty.key", "--passphrase-file", folder / "pw", "--by", "ivo"),
        *("--role", "investigator"),
    )
    assert told.code == 0, told.err
    said = told.out + told.err + "".join(path.read_text() for path in (folder / "breaks").glob("*.txt"))
    assert not re.search(
        r"\b(IL2|PBO)\b(?!-SLE)|low-dose interleukin|placebo$", said, re.IGNORECASE | re.MULTILINE
    )
    notices = sorted(path.name for path in (folder / "breaks").glob("notice-*"))
    assert [name.rpartition("-")[2] for name in notices] == ["investigator.txt", "sponsor.txt"]
    (answer,) = (folder / "breaks").glob("*.age")
    told = ceremony.command("randomise", "read", answer, "--key", folder / "ines.key")
    (arm,) = re.findall(r"^arm: (\w+)", told.out, re.MULTILINE)
    assert arm in ARMS
    (entry,) = re.findall(r"--entry (\d+)", (folder / "breaks" / notices[0]).read_text(encoding="utf-8"))

    told = ceremony.randomise("verify", "--sealed", folder / "sealed", "--json")
    assert json.loads(told.out) == {"allocated": 1, "faults": [], "slots": 60, "unassessed": [int(entry)]}
    said = [
        f"--{key}=because" for key in ("who-knows", "effect-on-participant", "effect-on-results", "measures")
    ]
    assert (
        ceremony.randomise("assess", "--entry", entry, *said, "--by", "mona", "--role", "monitor").code == 0
    )
    told = ceremony.randomise("verify", "--json")
    assert json.loads(told.out)["unassessed"] == []

    told = ceremony.randomise("lock", "--source", ceremony.source, "--by", "dana", "--role", "data_manager")
    assert told.code == 0, told.err
    reveal = ("--sealed", folder / "sealed", "--out", folder / "revealed", *UMA)
    assert "ALLOC-018" in ceremony.randomise("reveal", *ceremony.share(2), *reveal).err
    told = ceremony.randomise("reveal", *ceremony.share(2, 3), *reveal)
    assert told.code == 0, told.err
    allocation = pl.read_csv(folder / "revealed" / "allocation.csv")
    assert allocation.rows() == [(who, number, arm)]
    files = [str(folder / "revealed" / name) for name in ("commitment.json", "revealed.json", "ledger.jsonl")]
    checked = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "verify_allocation.py"), *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_who_knows_an_arm_cannot_act_blinded(ceremony: Ceremony) -> None:
    who, _ = ceremony.people()
    told = ceremony.randomise(
        "export-kits",
        *("--sealed", ceremony.folder / "sealed", "--key", ceremony.folder / "pack.key"),
        *("--out", ceremony.folder / "packing.csv", "--by", "ines", "--role", "packager"),
    )
    assert told.code == 0, told.err
    packing = pl.read_csv(ceremony.folder / "packing.csv")
    assert packing.columns == ["kit", "type", "nth", "slot", "product"]
    assert packing.height == 60 * 4
    assert packing["kit"].is_sorted()
    kits = dict(packing.group_by("product").len().rows())
    assert sum(kits.values()) == 240
    assert abs(kits["IL2"] - kits["PBO"]) <= 4 * 3  # the list may end within a block of at most six
    refused = ceremony.randomise("allocate", who, "--source", ceremony.source, *INES)
    assert refused.code == 1
    assert "ALLOC-032" in refused.err


def test_an_interim_copy_holds_those_allocated_and_nobody_else(ceremony: Ceremony) -> None:
    who, _ = ceremony.people()
    ceremony.randomise("allocate", who, "--source", ceremony.source, *INES)
    told = ceremony.randomise(
        "copy",
        *("--sealed", ceremony.folder / "sealed", *ceremony.share(1, 3), "--reason", "interim 1"),
        *("--to", f"dmc={ceremony.public['dmc']}", "--out", ceremony.folder / "interim.age", *UMA),
    )
    assert told.code == 0, told.err
    told = ceremony.command(
        "randomise", "read", ceremony.folder / "interim.age", "--key", ceremony.folder / "dmc.key"
    )
    header, row, *rest = told.out.splitlines()
    assert header == "participant,slot,arm"
    assert row.startswith(f"{who},")
    assert not any(rest)


def test_secret_files_are_their_owners_alone(ceremony: Ceremony) -> None:
    out = ceremony.folder / "new"
    quorum = ("--needed", "2", "--of", "2", "--out", out)
    assert ceremony.command("randomise", "split", ceremony.folder / "pack.key", *quorum).code == 0
    secret = ["trial.db", "custodian.key", "new/pack-share-1-of-2.txt"]
    modes = [stat.S_IMODE((ceremony.folder / name).stat().st_mode) for name in secret]
    assert modes == [0o600] * 3


def test_an_anchor_is_kept_and_the_ledger_exported(ceremony: Ceremony) -> None:
    store = ("--store", ceremony.folder / "trial.db")
    anchor = ceremony.command("randomise", "anchor", *store).out.strip()
    assert ceremony.randomise("verify", "--anchor", anchor).code == 0
    cut = anchor.replace(anchor[-1], "0" if anchor[-1] != "0" else "1")
    assert "LEDGER-013" in ceremony.randomise("verify", "--anchor", cut).err
    assert ceremony.command("randomise", "ledger", *store, "--out", ceremony.folder / "l.jsonl").code == 0
    last = json.loads((ceremony.folder / "l.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert f"{last['position']}:{last['hash']}" == anchor


def test_nothing_is_overwritten(ceremony: Ceremony) -> None:
    folder = ceremony.folder
    assert "ALLOC-010" in ceremony.command("randomise", "key", folder / "duty.key", "--unprotected").err
    told = ceremony.randomise(
        "init",
        *("--sealed", folder / "sealed", "--list", f"c={ceremony.public['custodian']}"),
        *(
            "--code-break",
            f"d={ceremony.public['duty']}",
            "--production",
            f"p={ceremony.public['pack']}",
            *UMA,
        ),
    )
    assert "ALLOC-022" in told.err
    told = ceremony.randomise(
        "init",
        *("--sealed", folder / "second", "--list", f"c={ceremony.public['custodian']}"),
        *(
            "--code-break",
            f"d={ceremony.public['duty']}",
            "--production",
            f"p={ceremony.public['pack']}",
            *UMA,
        ),
    )
    assert "ALLOC-033" in told.err
    assert not list((folder / "second").iterdir())  # files of a list that nobody has are not left behind


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (
            ("open", "01-001", "--to", "ines", "--reason", "x", "--key", "duty.key", "--out", "b", *INES),
            "USAGE-011",
        ),
        (
            ("open", "01-001", "--to", "i=age1x", "--reason", "x", "--key", "pack.key", "--out", "b", *INES),
            "ALLOC-023",
        ),
        (("reveal", "--sealed", "sealed", "--out", "r", *UMA), "USAGE-010"),
        (("reveal", "--sealed", "none", "--key", "custodian.key", "--out", "r", *UMA), "USAGE-012"),
        (("reveal", "--sealed", "sealed", "--key", "pack.key", "--out", "r", *UMA), "ALLOC-015"),
        (("reveal", "--sealed", "sealed", "--key", "custodian.key", "--out", "r", *UMA), "ALLOC-049"),
        (("reveal", "--sealed", "sealed", "--key", "pw", "--out", "r", *UMA), "ALLOC-01"),
        (("allocate", "01-999", *INES), "ALLOC-038"),
        (("allocate", "01-001", "--by", "a", "--role", "assessor"), "ALLOC-031"),
        (("allocate", "01-001", "--by", "a", "--role", "investigater"), "ALLOC-030"),
        (("verify", "--anchor", "12"), "LEDGER-004"),
    ],
)
def test_a_wrong_call_is_told_what_to_do(ceremony: Ceremony, arguments: tuple[str, ...], fault: str) -> None:
    name, *rest = arguments
    paths = {path.name for path in ceremony.folder.iterdir()} | {"none"}
    given = [ceremony.folder / one if one in paths else one for one in rest]
    if "pw" in rest:
        given += ["--passphrase-file", ceremony.folder / "pw"]
    told = ceremony.randomise(name, *given)
    assert told.code in (1, 2)
    assert fault in told.err
    assert "→" in told.err


def test_every_command_has_help_with_an_example(command: Command) -> None:
    from lupustrial.cli._randomise import COMMANDS

    for name, _, _ in COMMANDS:
        told = command("randomise", name, "--help")
        assert told.code == 0
        assert f"Example: lupustrial randomise {name}" in " ".join(told.out.split())
