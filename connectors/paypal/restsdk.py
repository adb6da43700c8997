"""The second transport: PayPal's own deprecated `paypalrestsdk`, hardened (contracts/payments.md §3.1, §3.3).

Only the package's OAuth and HTTP shell is used: constructor, endpoints, Basic credentials, user agent and
the building of the token request. Its I/O is replaced, because the original has no timeouts, follows
redirects, recurses without end on 401, hides status and headers, and logs credentials. Its models and its
`WebhookEvent` are never imported: they speak dead v1 addresses, and its verification rejects everything.
"""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import requests
from paypalrestsdk.api import Api
from urllib3.exceptions import NameResolutionError, NewConnectionError

from connectors.paypal.transport import MAX_ANSWER, Answer, Call, Credentials, Silence

_CHUNK: Final = 65_536
_UNSENT: Final = (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL)


class HardenedApi(Api):  # type: ignore[misc] # the package has no types
    """`paypalrestsdk.Api` whose every exchange is bounded in time and size and tells all of its answer."""

    def __init__(
        self, base_url: str, credentials: Credentials, *, connect_s: float, answer_within_s: float
    ) -> None:
        super().__init__(
            mode="live",  # decides nothing but what the original would log
            endpoint=base_url.rstrip("/"),  # with a slash at its end the package doubles the path
            client_id=credentials.client_id.reveal(),
            client_secret=credentials.client_secret.reveal(),
        )
        self._connect_s = connect_s
        self._answer_within_s = answer_within_s
        self._sessions = threading.local()
        self._opened: list[requests.Session] = []

    def new_token(self) -> Answer:
        """Ask for a token as the package builds that request; the package's own cache is not used."""
        self.token_hash = None
        try:
            answer = self.get_token_hash()
        finally:
            self.token_hash = None
        if not isinstance(answer, Answer):
            raise TypeError("paypalrestsdk answered a token from elsewhere than http_call")
        return answer

    def carry(self, call: Call) -> Answer:
        """Send one request as it is."""
        headers = {"User-Agent": self.user_agent, **call.headers}
        return self.http_call(f"{self.endpoint}{call.path}", call.verb, data=call.content, headers=headers)

    def http_call(self, url: str, method: str, **kwargs: Any) -> Answer:
        """The package's one place of I/O, replaced. Raises Silence."""
        deadline = time.monotonic() + self._answer_within_s
        try:
            with self._session().request(
                method,
                url,
                data=kwargs.get("data"),
                headers=kwargs.get("headers"),
                timeout=(self._connect_s, self._answer_within_s),
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = _taken(answer, deadline)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status_code, headers, content)
        except requests.exceptions.RequestException as error:
            raise _silence(error) from None

    def _session(self) -> requests.Session:
        """A session of this thread: requests does not promise that one may be shared."""
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False  # a .netrc would replace our Authorization
            self._sessions.session = session
            self._opened.append(session)
        return session

    def close(self) -> None:
        """Close the connections of every thread; called when none is at work."""
        for session in self._opened:
            session.close()


class RestSdkTransport:
    """Runs `HardenedApi` in threads of its own, at most `threads` exchanges at a time."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        answer_within_s: float,
        connect_s: float = 3.0,
        threads: int = 8,
    ) -> None:
        self._api = HardenedApi(base_url, credentials, connect_s=connect_s, answer_within_s=answer_within_s)
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="paypalrestsdk")

    async def ask_token(self) -> Answer:
        """Ask for a new access token (§2.1)."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._api.new_token)

    async def send(self, call: Call) -> Answer:
        """Send one request; a cancelled caller leaves the exchange to end in its thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._api.carry, call)

    async def close(self) -> None:
        """End the threads; exchanges under way end first, each within its time."""
        await asyncio.to_thread(self._threads.shutdown)
        self._api.close()


def _taken(answer: requests.Response, deadline: float) -> bytes:
    """The body, bounded: requests' own timeout begins anew with every byte."""
    taken = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        taken += chunk
        if len(taken) >= MAX_ANSWER:
            break
        if time.monotonic() > deadline:
            raise requests.exceptions.ReadTimeout
    return bytes(taken[:MAX_ANSWER])


def _silence(error: requests.exceptions.RequestException) -> Silence:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    unsent = isinstance(error, _UNSENT) or isinstance(reason, NewConnectionError | NameResolutionError)
    timed_out = isinstance(error, requests.exceptions.ReadTimeout)
    return Silence(type(reason or error).__name__, unsent=unsent, timed_out=timed_out)
