"""Due rows, leases, sweeps, carriers, events, the journal and idempotency keys. The database decides; the engine carries."""
