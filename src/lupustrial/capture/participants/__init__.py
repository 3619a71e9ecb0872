"""Participants: registering, eligibility, consent, visits, withdrawal."""
