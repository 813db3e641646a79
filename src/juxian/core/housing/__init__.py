"""Talent apartments (人才公寓): who may live there, in which order, at what rent, and how it ends.

A scheme (办法) is data of a pack; everything here is a pure function of a scheme, a dated snapshot and a day.
"""
