"""Warnings that somebody may leave, from facts that are held, and what was done about them (流失预警)."""
