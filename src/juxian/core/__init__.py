"""Data in, data out: no Django, no clock, no network, no database (纯函数核心)."""
