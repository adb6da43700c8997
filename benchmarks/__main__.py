"""`python -m benchmarks` is `whatsappb24 bench`."""

from __future__ import annotations

from cli.bench import bench

if __name__ == "__main__":
    bench()
