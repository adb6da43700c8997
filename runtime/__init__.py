"""Python's one door to the SQL functions: pool, typed calls, errors; settings, secrets, telemetry."""
