"""Stock-take of the register: figures of a day, and the people behind each (人才盘点)."""
