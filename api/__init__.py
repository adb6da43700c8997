"""The inbound door: webhooks, Bitrix24 frames and events, the administration API."""
