"""Talent apartments for persons and for everybody (门户：人才公寓)."""
