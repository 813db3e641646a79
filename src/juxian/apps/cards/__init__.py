"""Talent cards: issued, renewed, replaced, revoked; what was used at counters (人才服务卡)."""
