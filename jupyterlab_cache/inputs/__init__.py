"""What executions use: observing it, fingerprinting it, and comparing it with the present."""
