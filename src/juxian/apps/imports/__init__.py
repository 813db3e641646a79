"""Imports (名册导入)."""
