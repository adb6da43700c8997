"""Files of messages: fetched safely from where a party points (`fetch`), within limits (`limits`)."""
