"""Changes of Django's own tables."""
