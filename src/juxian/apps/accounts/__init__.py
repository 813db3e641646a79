"""Accounts (用户与岗位)."""
