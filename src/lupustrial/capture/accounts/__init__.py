"""Accounts: signing in, second factor, roles, the administrator's pages."""
