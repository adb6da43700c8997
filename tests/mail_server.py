"""A mail server of a few lines: it keeps what it is given, and refuses what a test tells it to refuse."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServerOfTests:
    """`answers` replaces what it says to a command (`RCPT`, `DATA`, `.` for the end of a letter, …)."""

    def __init__(self) -> None:
        self.port = 0
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.logins: list[str] = []
        self.commands: list[str] = []
        self.answers: dict[str, str] = {}
        self.greets = True
        """False: it takes the connection and says nothing."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            if not self.greets:
                await reader.read()
                return
            await self._say(writer, "220 ready")
            while line := (await reader.readline()).decode().strip():
                await self._command(line, reader, writer)
                if line.upper() == "QUIT":
                    return
        finally:
            writer.close()

    async def _command(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        verb = line.split(maxsplit=1)[0].upper()
        self.commands.append(verb)
        if verb == "EHLO":
            await self._say(writer, "250-here\r\n250 AUTH PLAIN")
        elif verb == "AUTH":
            self.logins.append(base64.b64decode(line.split()[2]).decode())
            await self._say(writer, self.answers.get("AUTH", "235 welcome"))
        elif verb == "MAIL":
            self.recipients.append([])
            await self._say(writer, self.answers.get("MAIL", "250 ok"))
        elif verb == "RCPT":
            answer = self.answers.get(line, self.answers.get("RCPT", "250 ok"))
            if answer.startswith("2"):
                self.recipients[-1].append(line.partition("<")[2].partition(">")[0])
            await self._say(writer, answer)
        elif verb == "DATA":
            await self._say(writer, "354 go on")
            raw = await reader.readuntil(b"\r\n.\r\n")
            answer = self.answers.get(".", "250 taken")
            if answer.startswith("2"):
                letter = message_from_bytes(raw[:-3], policy=policy.default)
                assert isinstance(letter, EmailMessage)
                self.letters.append(letter)
            await self._say(writer, answer)
        else:
            await self._say(writer, "221 bye" if verb == "QUIT" else self.answers.get(verb, "250 ok"))

    @staticmethod
    async def _say(writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(f"{text}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServerOfTests]:
    """It listens on this machine for the time of the block; with `tls` from the first byte."""
    server = MailServerOfTests()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


@contextmanager
def mail_server_beside() -> Iterator[MailServerOfTests]:
    """The same in a thread of its own, beside processes that send."""
    ready, opened, ended = threading.Event(), list[MailServerOfTests](), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with mail_server() as server:
            opened.append(server)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()
