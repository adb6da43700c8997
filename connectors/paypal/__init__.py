"""PayPal: Orders v2, Payments v2, Subscriptions v1, disputes and webhooks (contracts/payments.md §2, §3)."""
