"""Everything a simulated portal remembers. Plain structs, so that a snapshot is one conversion."""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox.bitrix24.card import Installation


class User(msgspec.Struct, kw_only=True):
    """An employee of the portal."""

    id: int
    name: str
    last_name: str = ""
    email: str = ""
    is_admin: bool = False
    is_active: bool = True
    is_system: bool = False
    """The portal's own user for applications (§1.9 ONAPPUSERREADY): hidden from `user.get`."""
    work_position: str = ""
    departments: list[int] = msgspec.field(default_factory=lambda: [1])

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.name} {self.last_name}".strip()


class Department(msgspec.Struct, kw_only=True):
    """One box of the company structure."""

    id: int
    name: str
    parent: int | None = None
    head: int | None = None


class EventBinding(msgspec.Struct, kw_only=True, frozen=True):
    """One row of `event.get`."""

    id: int
    event: str
    handler: str
    auth_type: int = 0


class PlacementBinding(msgspec.Struct, kw_only=True):
    """One row of `placement.get`."""

    placement: str
    handler: str
    title: str = ""
    description: str = ""
    options: dict[str, Any] = {}
    titles: dict[str, Any] = {}
    user_id: int = 0


class Connector(msgspec.Struct, kw_only=True):
    """A registered channel type with its flags (§2.2 imconnector.register)."""

    id: str
    name: str
    placement_handler: str
    edit_internal_messages: bool = True
    del_internal_messages: bool = True
    need_system_messages: bool = True
    need_signature: bool = True
    chat_group: bool = False
    icon: str = ""
    """`ICON.DATA_IMAGE`: the tile's picture as a data URI."""
    color: str = ""


class LineStatus(msgspec.Struct, kw_only=True):
    """One connector on one line."""

    is_active: bool = False
    is_connected: bool = False
    is_registered: bool = False
    has_error: bool = False
    channel: dict[str, str] = {}
    """ID, URL, URL_IM and NAME of `imconnector.connector.data.set`."""

    @property
    def is_configured(self) -> bool:
        """`CONFIGURED` of `imconnector.status`."""
        return self.is_active and self.is_connected and self.is_registered


class Line(msgspec.Struct, kw_only=True):
    """An open channel of the portal."""

    id: int
    name: str
    is_active: bool = True
    queue: list[dict[str, Any]] = []
    """`[{"ENTITY_TYPE": "user", "ENTITY_ID": 27}]`."""
    settings: dict[str, Any] = {}
    """The other fields of `imopenlines.config.add`, as they came."""

    def says(self, setting: str, default: str) -> str:
        """A setting as text."""
        return str(self.settings.get(setting, default))


class ExternalUser(msgspec.Struct, kw_only=True):
    """A customer who came through a connector: one identity per connector and external id (§2.2)."""

    id: int
    connector: str
    external_id: str
    name: str = ""
    last_name: str = ""
    phone: str = ""
    email: str = ""

    @property
    def full_name(self) -> str:
        """First and last name, `Guest` when both are empty."""
        return f"{self.name} {self.last_name}".strip() or "Guest"


class StoredFile(msgspec.Struct, kw_only=True):
    """A file on the portal's disk with its public short link."""

    id: int
    name: str
    mime: str
    content: bytes
    short: str
    sign: str

    @property
    def kind(self) -> str:
        """`image`, `video`, `audio` or `file`."""
        major = self.mime.split("/", 1)[0]
        return major if major in ("image", "video", "audio") else "file"


class ChatMessage(msgspec.Struct, kw_only=True):
    """One message of an open-channel chat."""

    id: int
    author: str
    """`client`, `operator`, `bot` or `system`."""
    user_id: int
    text: str
    sent_at: float
    files: list[int] = []
    external_ids: list[str] = []
    """`connectorMid`: the connector's own ids of this message."""
    is_delivered: bool = False
    is_deleted: bool = False
    is_hidden: bool = False
    """A note between operators, or a system line that is not for the client."""
    is_refused: bool = False
    """The line was not connected when the operator wrote; the operator sees an error."""


class Session(msgspec.Struct, kw_only=True):
    """One dialog between opening and closing."""

    id: int
    chat_id: int
    started_at: float
    is_closed: bool = False
    awaits_vote: bool = False
    vote: str | None = None


class Chat(msgspec.Struct, kw_only=True):
    """The chat of one customer on one line."""

    id: int
    connector: str
    line: int
    external_id: str
    user_id: int
    """The portal's id of the external user."""
    name: str
    operator_id: int
    session_id: int
    members: list[int] = []
    messages: list[ChatMessage] = []
    crm: dict[str, int] = {}
    """CRM type name → id: `{"LEAD": 1209}`."""

    @property
    def user_code(self) -> str:
        """`connector|LINE|chat.id|portal user id` (§2.7)."""
        return f"{self.connector}|{self.line}|{self.external_id}|{self.user_id}"


class CrmItem(msgspec.Struct, kw_only=True):
    """A lead, deal, contact or company."""

    id: int
    type_id: int
    title: str = ""
    name: str = ""
    last_name: str = ""
    assigned_by: int = 1
    created_at: float = 0.0
    phones: list[str] = []
    emails: list[str] = []
    imols: list[str] = []
    other: dict[str, Any] = {}


class Notification(msgspec.Struct, kw_only=True):
    """A bell notification."""

    id: int
    user_id: int
    text: str
    kind: str
    tag: str = ""


class TimelineNote(msgspec.Struct, kw_only=True):
    """A line in a CRM timeline."""

    id: int
    type_id: int
    item_id: int
    title: str
    text: str
    icon: str = ""


class Sender(msgspec.Struct, kw_only=True):
    """A registered SMS provider."""

    code: str
    handler: str
    name: str
    description: str = ""


class Sms(msgspec.Struct, kw_only=True):
    """A message that the portal handed to an SMS provider."""

    id: str
    sender: str
    to: str
    text: str
    status: str = "queued"


class Robot(msgspec.Struct, kw_only=True):
    """A registered automation robot."""

    code: str
    fields: dict[str, Any]


class RobotRun(msgspec.Struct, kw_only=True):
    """A robot at work: its token is good for one answer."""

    event_token: str
    code: str
    document: str
    is_waiting: bool
    returned: dict[str, Any] = {}


class Portal(msgspec.Struct, kw_only=True):
    """One customer's Bitrix24. `member_id` never changes, the name may."""

    name: str
    member_id: str
    lang: str
    former_names: list[str] = []
    is_rest_enabled: bool = True
    """False on a free plan: every call is refused."""
    is_enterprise: bool = False
    """5 requests a second and bursts of 250 instead of 2 and 50."""
    event_id_key: str = "event_handler_id"
    """Some pages of the documentation show `eventId` (§1.7)."""
    crm_delay_s: float = 0.3
    """How long the CRM tracker takes after a message (§2.2: 1–30 s in reality)."""
    send_delay_s: float = 0.0
    """How long `send.messages` holds the customer's lock."""
    operating_cost_s: dict[str, float] = {}
    """Seconds that a call of a method is said to cost, instead of the measured ones (§1.5)."""
    users: dict[int, User] = {}
    departments: dict[int, Department] = {}
    installation: Installation | None = None
    bindings: list[EventBinding] = []
    placements: list[PlacementBinding] = []
    connectors: dict[str, Connector] = {}
    lines: dict[int, Line] = {}
    statuses: dict[str, LineStatus] = {}
    """`connector|line` → status."""
    external_users: dict[str, ExternalUser] = {}
    """`connector|external id` → customer."""
    chats: dict[int, Chat] = {}
    sessions: dict[int, Session] = {}
    files: dict[int, StoredFile] = {}
    crm: dict[str, CrmItem] = {}
    """`type id:id` → item."""
    funnels: dict[int, str] = msgspec.field(default_factory=lambda: {0: "General", 9: "WhatsApp"})
    """Funnels of deals."""
    notes: list[TimelineNote] = []
    notifications: list[Notification] = []
    senders: dict[str, Sender] = {}
    sms: dict[str, Sms] = {}
    robots: dict[str, Robot] = {}
    robot_runs: dict[str, RobotRun] = {}
    triggers: dict[str, str] = {}
    """Code → name of the application's triggers."""
    triggered: list[str] = []
    """`code type:id`, in order."""
    counters: dict[str, int] = {}

    def next_id(self, kind: str, first: int = 1) -> int:
        """The next number of a sequence of this portal."""
        number = self.counters.get(kind, first - 1) + 1
        self.counters[kind] = number
        return number

    def status(self, connector: str, line: int) -> LineStatus | None:
        """The connector on the line, if it was ever switched on there."""
        return self.statuses.get(f"{connector}|{line}")

    def admin(self) -> User:
        """The first active administrator."""
        return next(user for user in self.users.values() if user.is_admin and user.is_active)


class Grant(msgspec.Struct, kw_only=True, frozen=True):
    """Whose an opaque token is and until when (unix seconds)."""

    member_id: str
    user_id: int
    expires_at: float


class Tokens(msgspec.Struct, kw_only=True):
    """Every token that was given out and is still of interest."""

    access: dict[str, Grant] = {}
    refresh: dict[str, Grant] = {}
    codes: dict[str, Grant] = {}


class OpenedFrame(msgspec.Struct, kw_only=True):
    """A page of the application in front of somebody: what the bridge answers by (§6.2)."""

    member_id: str
    user_id: int
    placement: str
    options: dict[str, Any]
    access: str
    refresh: str


class Memory(msgspec.Struct, kw_only=True):
    """The whole simulated Bitrix24: what `snapshot()` returns."""

    portals: dict[str, Portal] = {}
    tokens: Tokens = msgspec.field(default_factory=Tokens)
    frames: dict[str, OpenedFrame] = {}
    """`APP_SID` → the frame, newest last."""
