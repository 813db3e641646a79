"""Requests and pages, one package for each audience (网页)."""
