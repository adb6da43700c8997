"""The doors that Bitrix24 opens: installer, frames, events."""
