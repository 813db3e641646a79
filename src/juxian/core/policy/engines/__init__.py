"""Engines that answer for everybody at once (政策找人的引擎); ``sweeping`` chooses among them.

``inputs`` tells a checked population in small whole numbers, ``asked`` what a sweep asks of a circuit. ``columns`` prints the
gates as polars expressions; ``fused`` runs them as C, printed by ``kernel`` and made by ``building``; ``rows`` asks the reference evaluator person by person.
"""
