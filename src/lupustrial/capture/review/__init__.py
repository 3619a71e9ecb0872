"""The audit trail, read and reviewed."""
