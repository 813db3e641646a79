"""The own card, the check that works offline, and the public keys (我的服务卡、离线核验、公钥)."""
