"""Public notices (公示): made of allowed fields, looked through before they are public, down by themselves."""
