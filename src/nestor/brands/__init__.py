"""Who we speak for: brands, opening hours, channels, their secrets and holds."""
