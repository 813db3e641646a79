"""Talent apartments as they are kept: flats, the waiting list, draws, offers, leases and bills (人才公寓)."""
