"""The outside parties, simulated faithfully from the contracts, with faults on demand."""
