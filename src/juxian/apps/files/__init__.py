"""Attached files (附件): checked before they are kept, sealed, served by one view alone."""
