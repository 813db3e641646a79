"""Funds at the desk (资金): budgets, grants, payment runs, statements."""
