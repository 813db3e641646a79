"""Double entry over what is limited (账): money in fen, quota posts (编制), places.

``entries`` what is posted · ``book`` and ``batch`` how it is posted · ``flows`` and ``lettings`` the entries of the
office's business · ``schedule`` instalments and co-payers · ``service`` and ``clawback`` what is owed back · ``shares`` and
``closing`` rules over a budget year · ``proof`` recomputes a whole journal.
"""
