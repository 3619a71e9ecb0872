"""Programs: the same rules as their owners, revisions, and refusals that can be read."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from capture_files import fill, head_of, parts
from capture_site import PASSWORD, CaptureSite
from django.http import HttpResponse
from django.test import Client

PAGE = "/api/v1/participants/01-001/visits/W0/forms/cbc/1"
JSON = "application/json"


def program(site: CaptureSite, role: str, *, person: str = "", sites: tuple[str, ...] = ("*",)) -> Client:
    """Return a program with a token of somebody in a role."""
    from lupustrial.capture.access import digest_of_token
    from lupustrial.capture.models import ApiToken

    owner = site.account(person or role, role, sites)
    secret = f"lup_{owner.username}"
    ApiToken.objects.create(
        account=owner,
        name="a test",
        digest=digest_of_token(secret),
        role=role,
        expires=dt.datetime.now(dt.UTC) + dt.timedelta(days=1),
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


def _put(client: Client, body: object, revision: str | None, address: str = PAGE) -> HttpResponse:
    headers = {} if revision is None else {"If-Match": revision}
    answer: HttpResponse = client.put(address, json.dumps(body), content_type=JSON, headers=headers)  # type: ignore[arg-type]  # headers of a request
    return answer


WBC = {"items": {"WBC": {"value": "5.10", "unit": "10^9/L"}}, "complete": False}


@pytest.mark.requirement("REQ-DOORS-013")
def test_without_a_token_nothing_is_open_and_a_session_opens_nothing(site: CaptureSite) -> None:
    site.register()
    for client in (
        Client(),
        site.client("investigator"),
        Client(headers={"Authorization": "Bearer lup_guess"}),
        Client(headers={"Authorization": "Basic eDp5"}),
        Client(headers={"Authorization": "Bearer " + "x" * 5000}),
    ):
        for address in ("study", "participants", "participants/01-001/pages", "queries", "ledger"):
            answer = client.get(f"/api/v1/{address}")
            assert answer.status_code == 401
            assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.requirement("REQ-DOORS-013")
def test_a_token_is_kept_as_a_hash_and_stands_on_the_ledger_without_its_secret(site: CaptureSite) -> None:
    from lupustrial.capture.models import ApiToken
    from lupustrial.ledger import entries

    before = head_of(site.trial)
    given = {"name": "a test", "days": "30", "password": PASSWORD}
    page = site.client("investigator").post("/doors/tokens", given).content.decode()
    secret = page.split("<code>")[1].split("</code>")[0]
    assert len(secret) > 40
    program_ = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program_.get("/api/v1/study").json()["role"] == "investigator"
    token = ApiToken.objects.get()
    assert (len(token.digest), secret in token.digest) == (64, False)
    with site.trial.reading() as tx:
        made = [entry for entry in entries(tx, after=before) if entry.kind == "token made"]
    assert [entry.data["role"] for entry in made] == ["investigator"]
    assert secret not in made[0].body


def test_a_wrong_password_makes_no_token(site: CaptureSite) -> None:
    from lupustrial.capture.models import ApiToken

    client = site.client("investigator")
    answer = client.post("/doors/tokens", {"name": "x", "days": "30", "password": "wrong"})
    assert answer.status_code == 422
    assert client.post("/doors/tokens", {"name": "", "days": "9999", "password": PASSWORD}).status_code == 422
    assert not ApiToken.objects.exists()


@pytest.mark.requirement("REQ-DOORS-013")
@pytest.mark.parametrize("how", ["ended", "expired", "account closed", "role ended"])
def test_a_token_that_is_over_opens_nothing(site: CaptureSite, how: str) -> None:
    from lupustrial.capture.models import Account, ApiToken

    client = program(site, "monitor")
    assert client.get("/api/v1/study").status_code == 200
    if how == "ended":
        site.client("monitor").post("/doors/tokens", {"end": str(ApiToken.objects.get().pk)})
    elif how == "expired":
        ApiToken.objects.update(expires=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    elif how == "account closed":
        Account.objects.filter(username="monitor").update(is_active=False)
    else:
        from lupustrial.capture.store import write
        from lupustrial.ledger import Actor

        data = {"person": "monitor", "role": "monitor", "sites": ["*"]}
        with site.trial.writing() as tx:
            by = Actor(id="system", role="administrator")
            write(tx, study=site.trial.study.id, kind="role ended", by=by, data=data)
    assert client.get("/api/v1/study").status_code == 401


def test_nobody_ends_the_token_of_somebody_else(site: CaptureSite) -> None:
    from lupustrial.capture.models import ApiToken

    client = program(site, "monitor")
    site.client("auditor").post("/doors/tokens", {"end": str(ApiToken.objects.get().pk)})
    assert client.get("/api/v1/study").status_code == 200


@pytest.mark.requirement("REQ-DOORS-013")
def test_a_program_sees_what_its_owner_sees(site: CaptureSite) -> None:
    fill(site)
    address = "/api/v1/participants/01-001/visits/SCR/forms/cbc/1"
    investigator = program(site, "investigator").get(address)
    assert investigator.json()["items"]["WBC"]["value"] == "5.10"
    assert "EOS" not in investigator.content.decode()
    assert program(site, "dmc").get(address).json()["items"]["EOS"]["value"] == "0.31"
    assessor = program(site, "assessor")
    assert assessor.get("/api/v1/participants/01-001/visits/SCR/forms/ae/2").status_code == 403
    forms = {one["form"] for one in assessor.get("/api/v1/participants/01-001/pages").json()["pages"]}
    assert forms == {"consent", "visit", "demography", "cbc", "sledai"}
    assert program(site, "administrator").get("/api/v1/participants").status_code == 403
    elsewhere = program(site, "monitor", person="far", sites=("99",))
    assert elsewhere.get("/api/v1/participants").json()["total"] == 0
    assert elsewhere.get("/api/v1/participants/01-001/pages").status_code == 404


def test_the_study_is_described_as_far_as_the_role_sees_it(site: CaptureSite) -> None:
    study = program(site, "assessor").get("/api/v1/study").json()
    forms = {form["id"]: form for form in study["forms"]}
    assert "ae" not in forms
    assert forms["pga"]["enters"]
    assert not forms["cbc"]["enters"] or "EOS" not in {item["id"] for item in forms["cbc"]["items"]}
    assert study["role"] == "assessor"


@pytest.mark.requirement("REQ-DOORS-014")
def test_a_page_is_saved_over_the_revision_that_was_read(site: CaptureSite) -> None:
    site.register()
    client = program(site, "investigator")
    assert _put(client, WBC, None).status_code == 428
    first = _put(client, WBC, '"0"')
    assert first.status_code == 200
    assert first.json()["page"]["items"]["WBC"]["value"] == "5.10"
    revision = client.get(PAGE)["ETag"]
    assert revision == first["ETag"]
    changed = {**WBC, "items": {"WBC": {"value": "5.2", "unit": "10^9/L", "why": "misread"}}}
    assert _put(client, changed, '"0"').status_code == 412
    assert client.get(PAGE).json()["items"]["WBC"]["value"] == "5.10"
    assert _put(client, changed, revision).status_code == 200
    assert client.get(PAGE).json()["items"]["WBC"]["value"] == "5.2"


@pytest.mark.requirement("REQ-DOORS-014")
def test_the_same_save_sent_twice_is_saved_once(site: CaptureSite) -> None:
    site.register()
    client = program(site, "investigator")
    first = _put(client, WBC, '"0"')
    head = head_of(site.trial)
    again = _put(client, WBC, '"0"')
    assert again.status_code == 200
    assert again.json()["entry"] is None
    assert again["ETag"] == first["ETag"]
    assert head_of(site.trial) == head


def test_the_checks_of_entry_are_told_as_faults(site: CaptureSite) -> None:
    site.register()
    client = program(site, "investigator")
    wrong = {"items": {"WBC": {"value": "many", "unit": "10^9/L"}, "NOPE": {"value": "1"}}, "complete": False}
    answer = _put(client, wrong, '"0"')
    assert answer.status_code == 422
    assert {fault["id"] for fault in answer.json()["faults"]} == {"RECORD-021", "CAPT-012"}
    assert client.get(PAGE).status_code == 404


def test_who_may_not_enter_is_refused(site: CaptureSite) -> None:
    site.register()
    assert _put(program(site, "monitor"), WBC, '"0"').status_code == 403
    sledai = PAGE.replace("cbc", "sledai")
    body = {"items": {"SEIZ": {"value": "N"}}, "complete": False}
    assert _put(program(site, "investigator"), body, '"0"', sledai).status_code == 403
    assert _put(program(site, "assessor"), body, '"0"', sledai).status_code == 200


def test_a_query_is_opened_answered_and_closed(site: CaptureSite) -> None:
    fill(site)
    monitor, investigator = program(site, "monitor"), program(site, "investigator")
    asked = {"participant": "01-001", "visit": "SCR", "form": "cbc", "item": "WBC", "text": "Is it 5.1?"}
    made = monitor.post("/api/v1/queries", asked, content_type=JSON)
    assert made.status_code == 201
    number = made.json()["number"]
    assert investigator.post("/api/v1/queries", asked, content_type=JSON).status_code == 403
    address = f"/api/v1/queries/{number}"
    assert monitor.post(f"{address}/answer", {"text": "x"}, content_type=JSON).status_code == 403
    assert investigator.post(f"{address}/answer", {"text": "Yes."}, content_type=JSON).status_code == 200
    assert monitor.post(f"{address}/close", {"text": ""}, content_type=JSON).json()["state"] == "closed"
    assert monitor.get("/api/v1/queries?state=active").json()["total"] == 0
    assert monitor.get("/api/v1/queries?state=all").json()["total"] == 1


def test_an_export_and_the_head_of_the_ledger(site: CaptureSite) -> None:
    fill(site)
    client = program(site, "auditor")
    answer = client.post("/api/v1/exports", {"format": "csv", "forms": ["cbc"]}, content_type=JSON)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # it is a file
    answer.close()
    assert "forms/cbc.csv" in parts(content)
    assert client.get("/api/v1/ledger").json()["position"] == head_of(site.trial)
    assert program(site, "monitor").post("/api/v1/exports", {}, content_type=JSON).status_code == 403


def test_lists_come_in_pages(site: CaptureSite) -> None:
    for number in range(1, 6):
        site.register(f"01-00{number}")
    client = program(site, "monitor")
    second = client.get("/api/v1/participants?page=2&size=2").json()
    assert [one["participant"] for one in second["items"]] == ["01-003", "01-004"]
    assert second["total"] == 5
    assert client.get("/api/v1/participants?page=0").status_code == 422


def test_every_operation_has_a_rule_and_stands_in_the_description(site: CaptureSite) -> None:
    from lupustrial.capture.access import RULES
    from lupustrial.capture.doors.interface import urls

    patterns, _, namespace = urls()
    names = {f"{namespace}:{one.name}" for one in patterns}
    assert names == {name for name in RULES if name.startswith("api:")}
    assert {RULES[name].door for name in names} == {"token"}
    whole = site.client("monitor").get("/api/v1/openapi.json").json()
    assert len(whole["paths"]) == len({str(one.pattern) for one in patterns})
    guide = site.client("monitor").get("/doors/api").content.decode()
    assert all(path in guide for path in whole["paths"])
