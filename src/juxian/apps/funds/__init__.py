"""Funds (资金): a ledger of what is limited, and what is promised, paid and claimed back out of it."""
