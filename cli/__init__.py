"""The command `whatsappb24`: the only place that wires settings, adapters and doors together."""
