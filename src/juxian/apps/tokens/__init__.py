"""Tokens (接口令牌): which other systems may ask what, how often, and until when."""
