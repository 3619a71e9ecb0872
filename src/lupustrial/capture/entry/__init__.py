"""Forms: generated from the study, entered, checked and saved."""
