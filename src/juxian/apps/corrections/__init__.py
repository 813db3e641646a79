"""What persons and employers say about the register: corrections and the yearly confirmation (更正申请与年度确认)."""
