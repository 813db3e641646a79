"""Keeping, scanning and removing attached files (附件存取)."""

from juxian.apps.files.actions.checking import CheckedUpload, TooManyUploads, check_upload
from juxian.apps.files.actions.keeping import remove_file, remove_files, store_file
from juxian.apps.files.actions.scanning import scan_file, scan_waiting_files

__all__ = [
    "CheckedUpload",
    "TooManyUploads",
    "check_upload",
    "remove_file",
    "remove_files",
    "scan_file",
    "scan_waiting_files",
    "store_file",
]
