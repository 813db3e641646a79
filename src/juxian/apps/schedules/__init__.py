"""Schedules (定时): work that comes back, one row each, leased by any number of workers."""
