"""PUBLISHED: deliveries, attempts, receipts, reconciliation. Never twice, never silently lost."""
