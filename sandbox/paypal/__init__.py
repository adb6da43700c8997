"""The simulated PayPal: orders, refunds, subscriptions, disputes, payers' pages, signed webhooks."""

from sandbox.paypal.inspection import paypal_controls
from sandbox.paypal.party import PayPalSandbox
from sandbox.paypal.routes import paypal_router

__all__ = ["PayPalSandbox", "paypal_controls", "paypal_router"]
