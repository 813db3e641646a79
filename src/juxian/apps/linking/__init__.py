"""Which records are one person: pairs, decisions, merges (查重与合并)."""
