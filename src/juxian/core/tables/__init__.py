"""Reading rosters (名册表格): from the bytes of a spreadsheet to facts about persons, with every doubt at its cell.

container → reader (confined) → layout → mapping → cells → rows; ``roster`` runs the whole way.
"""
