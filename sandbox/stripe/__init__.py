"""Stripe, simulated: its API, its hosted pages and its webhooks; held to contracts/payments.md §1."""
