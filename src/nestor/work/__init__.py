"""Due rows, leases, sweeps, carriers, events, journal, idempotency keys: the database decides, the engine carries."""
