"""Persons (人才库)."""
