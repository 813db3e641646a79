"""Which records are one person (身份比对): traces, signs, weights, judgement, clusters.

Order: ``Tracer`` makes traces from what is known; ``Linking`` compares all of them, ``signs_between`` and
``Weights.between`` one pair; ``judge`` says automatic, asked or apart; ``cluster`` joins under vetoes.
"""
