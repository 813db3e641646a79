"""Talent pools: named conditions and hand-picked members, with history (人才库分库)."""
