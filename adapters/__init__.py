"""SQL behind the Protocols that connectors declare: tokens, rate limits, files on their way."""
