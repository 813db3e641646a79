"""Stock-take of the register as of any day: base figures, structure, gaps, flows (盘点与结构)."""
