"""Widgets. They show and ask; they never hold the truth."""
