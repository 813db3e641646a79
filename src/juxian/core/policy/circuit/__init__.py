"""Policies as one circuit of whole numbers and yes-or-no gates, from which every generated backend is printed (电路).

``gates`` are the few operations, ``leaves`` the facts of a person, ``forms`` a rule for each form of the language, ``stages``
the stages of a rulebook. Unknown is told by pairs: an answer is (surely, perhaps), a term (value, known), an amount (low, high).
"""
