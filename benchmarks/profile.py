"""How long a run measures, and on how much."""

from __future__ import annotations

import msgspec


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds and sizes of one run. `scaled` makes the seconds shorter or longer."""

    name: str
    rounds: int
    """How often each row is measured, its baseline right before it each time."""
    rounds_again: int
    """The same for rows that run again on large tables, and for the pipeline."""
    seconds: float
    """One measurement of a row."""
    baseline_s: float
    """One measurement of its baseline, and of each row of `baselines`."""
    conversations: int
    """Per portal, with open windows."""
    sent: int
    """Messages that were sent and wait for receipts, at the beginning."""
    drained: int
    """Messages that wait when the queue is drained, in a thirtieth as many conversations."""
    sizes: tuple[int, ...]
    """To how many messages the tables grow; the rows of growth run again at each."""
    churn_s: float
    """How long the tables are written while a snapshot is held."""
    scale: int = 10
    """Of pgbench's own tables: 100,000 accounts each."""
    http_s: float
    pipeline_s: float
    soak_s: float = 0
    """How long the pipeline runs at half of its speed while memory is watched; 0: not at all."""

    def scaled(self, factor: float) -> Profile:
        """The same on the same tables, with all seconds longer or shorter; none below one second."""
        names = ("seconds", "baseline_s", "churn_s", "http_s", "pipeline_s", "soak_s")
        times = {name: max(1.0, getattr(self, name) * factor) for name in names if getattr(self, name)}
        return msgspec.structs.replace(self, **times)


QUICK = Profile(
    name="quick",
    rounds=3,
    rounds_again=2,
    seconds=2,
    baseline_s=1,
    conversations=200,
    sent=20_000,
    drained=30_000,
    sizes=(1_000_000,),
    churn_s=10,
    http_s=1,
    pipeline_s=3,
)
FULL = Profile(
    name="full",
    rounds=5,
    rounds_again=3,
    seconds=6,
    baseline_s=3,
    conversations=200,
    sent=50_000,
    drained=300_000,
    sizes=(1_000_000, 10_000_000),
    churn_s=120,
    http_s=6,
    pipeline_s=30,
    soak_s=1_800,
)
TINY = Profile(
    name="tiny",
    rounds=1,
    rounds_again=1,
    seconds=1,
    baseline_s=1,
    conversations=4,
    sent=64,
    drained=300,
    sizes=(2_000,),
    churn_s=1,
    scale=1,
    http_s=0.3,
    pipeline_s=1,
)
"""Proves that everything runs; its figures mean nothing."""
