"""The language of Bitrix24: frames and events coming in, REST calls going out (contracts/bitrix24.md).

Start at `client.py` (one call, its token and its outcome), `events.py` (what a portal tells us) and
`dialogs.py` (messages). Nothing here knows a database: what must be remembered is asked for through the
Protocols `TokenStore` and `CallBucket` in `ports.py`.
"""
