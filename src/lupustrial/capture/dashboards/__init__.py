"""How the trial goes: enrolment, visits, queries, pooled response and safety."""
