"""FORGOTTEN: what was kept long enough goes, brand by brand; every room is asked."""
