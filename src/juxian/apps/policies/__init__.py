"""Policies (政策)."""
