"""Bitrix24, simulated after contract bitrix24.md §8: portals, their auth server and the people in them."""

from sandbox.bitrix24.card import AppCard
from sandbox.bitrix24.errors import NoSuchThing
from sandbox.bitrix24.frames import FrameRequest
from sandbox.bitrix24.sandbox import Bitrix24Sandbox
from sandbox.bitrix24.state import Chat, ChatMessage, Line, Portal, User

__all__ = [
    "AppCard",
    "Bitrix24Sandbox",
    "Chat",
    "ChatMessage",
    "FrameRequest",
    "Line",
    "NoSuchThing",
    "Portal",
    "User",
]
