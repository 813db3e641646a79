"""Reading the ledger and what is built on it."""
