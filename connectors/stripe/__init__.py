"""Stripe behind the payment port: what it tells us (`webhook`) and what we ask of it (`client`)."""
