"""Rewriting policies at the desk: write, check, compare, simulate, publish (起草、检查、测算、发布)."""
