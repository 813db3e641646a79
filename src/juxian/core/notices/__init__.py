"""What must not stand in a public notice (公示内容核查): numbers of persons, in its text and in every corner of its files."""
