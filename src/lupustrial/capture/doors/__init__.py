"""Import, export, print and the programming interface."""
