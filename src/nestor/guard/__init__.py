"""GUARDED: what may not go out like this: findings, clearances, four eyes."""
