"""What can be said about a person, and how one typed row is derived from it (信息项与画像).

``schema``: scales, fact kinds, profile fields (read from packs). ``values``: checking and canonical form.
``profile``: the derived row of any day. ``completeness``: what a record still lacks.
"""
