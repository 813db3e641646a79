"""The schema of a pack, and reading a directory into one checked, frozen ``Pack`` (地方包)."""
