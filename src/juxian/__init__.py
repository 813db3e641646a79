"""Juxian (聚贤): an open platform for talent work (人才工作)."""

__version__ = "0.1.0"
