"""What must always hold in the data, searched for exceptions (不变式核查).

Each check reads one moment, changes nothing, and names every violation without a word about a person but the number.
"""

from juxian.config.invariants.search import CHECKS, Result, Scope, search

__all__ = ["CHECKS", "Result", "Scope", "search"]
