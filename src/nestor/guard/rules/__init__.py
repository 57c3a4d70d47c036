"""The guard's pure rules. Import `contract` for the words, `catalogue` for the rules themselves."""
