"""Funds of a place as data (资金): what ``funds.yaml`` says, and what follows from it without a database.

``book`` sources, funds, lines, budgets, rules · ``guard`` the same thing paid twice · ``bank`` files to and from the bank ·
``outlook`` execution against time and what will fall due.
"""
