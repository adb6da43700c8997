"""Gupshup's WhatsApp API: what it tells us (`webhook`), what we ask of it (`client`), and `failures`."""
