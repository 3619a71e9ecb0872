"""The public names of the parts of capture: what others may import."""

from __future__ import annotations

import importlib

import pytest

PINNED: dict[str, str] = {
    "lupustrial.capture": """
        Config check_database check_port default_database default_keys demonstrate invite_administrator
        prepare serve
    """,
    "lupustrial.capture.access": """
        ACTING RULES AccessMiddleware Acting CaptureRequest Rule acting_of at_hand bad_request check
        closed_by_time digest_of_token failed forms_seen held_seen is_past items_seen may_enter not_found
        page_context password_due problem refuse refused second_factor_passed sees_by_time sees_form
        stale_form unavailable
    """,
    "lupustrial.capture.accounts": """
        ACCESS_LOG BACKGROUND BUCKETS Buckets Headers SessionLimits Throttle address_of close_account
        create_account email_of end_grants end_session first_link grant_role locked make_link
        reopen_account reset_account route_of set_password signing_key verify_password
    """,
    "lupustrial.capture.charts": """
        Chart Series bar_chart line_chart stacked_chart
    """,
    "lupustrial.capture.demo": """
        PASSWORD Loaded Person load
    """,
    "lupustrial.capture.doors.export": """
        FORMATS Format Made Selection annotation exportable give_back make_export neutral select
    """,
    "lupustrial.capture.doors.intake": """
        BYTES CHOICES Difference LabMap Options Report bring_in examine importable maps_of may_import
        options_of read_map refuse_on_ledger shown token_of
    """,
    "lupustrial.capture.doors.interface": """
        SUBMIT_LIMIT api described openapi_of urls
    """,
    "lupustrial.capture.doors.paper": """
        Paper blank_crf blank_form casebook filled_page
    """,
    "lupustrial.capture.entry": """
        Finding Given Outcome Severity facts_of planned_at submit submit_in
    """,
    "lupustrial.capture.gates": """
        BYTES Brought Decision ShownGate bring_gates decide decisions_text shown_gate
    """,
    "lupustrial.capture.participants": """
        KINDS Clock ConsentState Due DueState Fact Verdict clocks_of clocks_seen confirm confirmed
        consent_state date_item date_of_day digest eligibility_of end_participation missed_visits
        open_unscheduled overall plan_of register schedule_of serious_form state_seen window_of
    """,
    "lupustrial.capture.queries": """
        Aged Checked Filters Line Locked Scope always_asked answer_query at_hand checked_of checklist
        close_queries close_query database_lock drawn hold item_shown lift list_queries lock_database
        open_query plain query_shown reopen_query sampling seen_whole verify withdraw_verification
    """,
    "lupustrial.capture.review": """
        METHODS Evidence Finding Method evidence_of primary_items trail wanted_of whole_trail
    """,
    "lupustrial.capture.review.findings": """
        METHODS Evidence Finding Method primary_items
    """,
    "lupustrial.capture.scores": """
        ConsistencyFinding Converted Course Fold ScoreCard ScoreLine ScoreSight Signing Unsaved Use
        checked_forms checks_on consistency_findings course_of fold_of glossary_of inputs_of outputs_of
        score_panel scores_at scores_in scores_seen seen_uses uses_of
    """,
    "lupustrial.capture.signing": """
        Content Standing content_of first_of_series key_given meanings_for read_scope series_begun
        sign signatures_on standing_of write_scope
    """,
    "lupustrial.capture.store": """
        EVERY_SITE FAMILIES MEANINGS TABLES Answer Change Confirmation Consent Course GateState
        Grant Held HeldGate HeldTube Hold KeptAnchor Note Page PageCount Participant Place Protocol
        Query QueryCount QueryState Raised ReviewNote Said Saved Sealed SealedAnswer SealedKind
        Signature State Transfer Unanswered Value Verification VisitHeld Visited Wanted all_proofs
        all_records answers_for changes_of check_unchanged confirmation_of consents_of create_tables
        decision_payload decisions_in demonstration_of digest_of erase_sealed every_page_signed
        every_visit gate_counts gate_material gate_of gates_in genuine grants_of hold_on
        hold_on_participant holds keep_gates keep_sealed kept_anchors kinds_of_changes lag_counts
        milestone_counts notes_of notices_read page_at page_counts pages_of pages_signed pages_since
        participant_of participants_at participants_like participants_of payload_of proof_of signed_with
        proof_text protocol_files protocols_of queries_in queries_on query_counts query_of raised_on
        rebuild records_of review_notes save_page sealed_of sealed_text signature_of signatures_of
        signatures_on state_counts transfers_of tube_of_code tubes_in unanswered_among unanswered_at
        unanswered_counts under_way unlockings values_at values_of verifications_of verified_counts
        verify_gates verify_projection verify_sealed verify_signatures version_at visit_held
        visits_among visits_of write
    """,
    "lupustrial.capture.supply": """
        Enrolled Judged Randomised Unblinding allocate_demonstration complete judge notices_for randomise
        seal_demonstration supply_demonstration unblindings
    """,
}


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("package", PINNED)
def test_public_names_are_pinned(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == sorted(PINNED[package].split())
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
