"""Frozen data classes shared by all packages; numpy at most."""
