"""Pages of the talent cards: the office's and the counter's (人才服务卡)."""
