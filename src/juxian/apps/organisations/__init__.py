"""Organisations (机构)."""
