"""Talent apartments at the desk (公寓管理)."""
