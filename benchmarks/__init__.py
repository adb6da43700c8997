"""Measurements that a DBA and an operator can repeat: every figure beside a baseline of the same run."""
