"""Changing stock, queue, draws and tenancies; each action is one transaction and one audit entry."""
