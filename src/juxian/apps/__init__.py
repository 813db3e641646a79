"""What is stored, who may see it, how it changes; no request, no HTML (数据与业务)."""
