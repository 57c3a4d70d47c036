"""What carries a notice outside: one file for each way. Nothing is imported here: `child` runs without Django."""
