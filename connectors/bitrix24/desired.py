"""What a portal should look like, what differs, and putting it right (contracts/bitrix24.md §1.9, §2.1).

An update of the application makes the portal drop handlers and connectors without a word, so the installer
and the reconciler are the same function: read, compare, repair, report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from connectors.bitrix24 import automation, connector, php
from connectors.bitrix24.automation import Robot, Sender, Trigger
from connectors.bitrix24.client import Answer, Call, PortalClient
from connectors.bitrix24.connector import Bound, LineData, LineStatus, Placement
from connectors.outside import Failure

_BOUND_BY_REGISTER = "SETTING_CONNECTOR"
_READ = ("imconnector.list", "event.get", "placement.get")
_READ_WHERE_ALLOWED = ("bizproc.robot.list", "messageservice.sender.list")
_CALLS_BESIDE_LINES = len(_READ) + len(_READ_WHERE_ALLOWED)
_LINES_A_BATCH = 50 - _CALLS_BESIDE_LINES


class Desired(msgspec.Struct, frozen=True, kw_only=True):
    """What we want of one portal. `lines`: open line id → what is shown for it."""

    connector_id: str
    """Lower case letters, digits and `_`; never changes (§2.2)."""
    name: str
    settings_page: str
    """Address of the page that the portal opens to connect a line."""
    events_handler: str
    events: Sequence[str]
    placements: Sequence[Placement]
    lines: Mapping[str, LineData]
    robots: Sequence[Robot] = ()
    senders: Sequence[Sender] = ()
    triggers: Sequence[Trigger] = ()
    registered: str | None = None
    """`automation_digest` of what was registered last: a portal tells only the codes of what it has."""

    @property
    def automation_digest(self) -> str:
        """Stands for the robots, senders and triggers as they shall be."""
        said = msgspec.json.encode((self.robots, self.senders, self.triggers))
        return hashlib.sha256(said).hexdigest()[:32]


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What the portal says it has."""

    connectors: Mapping[str, str]
    """Id → name."""
    events: Sequence[Bound]
    placements: Sequence[tuple[str, str]]
    """(code, handler)."""
    lines: Mapping[str, LineStatus]
    robots: Sequence[str] = ()
    senders: Sequence[str] = ()
    """Their codes; none where the portal does not tell (its plan or our rights may lack them)."""


class Register(msgspec.Struct, frozen=True, tag_field="repair", tag="register"):
    """The channel type is missing, renamed, or doubtful because a line has lost it."""

    connector_id: str


class ConnectLine(msgspec.Struct, frozen=True, tag_field="repair", tag="connect_line"):
    """A line is not connected, or in error."""

    line: str


class UnbindEvent(msgspec.Struct, frozen=True, tag_field="repair", tag="unbind_event"):
    """A handler of ours that nobody wants."""

    bound: Bound


class BindEvent(msgspec.Struct, frozen=True, tag_field="repair", tag="bind_event"):
    """A missing handler."""

    bound: Bound


class UnbindPlacement(msgspec.Struct, frozen=True, tag_field="repair", tag="unbind_placement"):
    """A page of ours that nobody wants."""

    code: str
    handler: str


class BindPlacement(msgspec.Struct, frozen=True, tag_field="repair", tag="bind_placement"):
    """A missing page."""

    code: str


class PutRobot(msgspec.Struct, frozen=True, tag_field="repair", tag="put_robot"):
    """A robot that is missing, or changed since it was registered."""

    code: str
    is_new: bool


class RemoveRobot(msgspec.Struct, frozen=True, tag_field="repair", tag="remove_robot"):
    """A robot of ours that nobody wants."""

    code: str


class PutSender(msgspec.Struct, frozen=True, tag_field="repair", tag="put_sender"):
    """A sender that is missing, or changed since it was registered."""

    code: str
    is_new: bool


class RemoveSender(msgspec.Struct, frozen=True, tag_field="repair", tag="remove_sender"):
    """A sender of ours that nobody wants."""

    code: str


class PutTrigger(msgspec.Struct, frozen=True, tag_field="repair", tag="put_trigger"):
    """A trigger that is to be registered, or may have been lost with the robots."""

    code: str


Automation = PutTrigger | PutRobot | RemoveRobot | PutSender | RemoveSender
"""Repairs without which messages still cross: a portal's plan may not have robots at all."""
Repair = Register | ConnectLine | UnbindEvent | BindEvent | UnbindPlacement | BindPlacement | Automation


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A repair that did not succeed."""

    repair: Repair
    failure: Failure


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What `restore` did. `lines` is the state after it; a line just connected may still be saving."""

    done: list[Repair]
    broken: list[Broken]
    lines: dict[str, LineStatus]


def repairs(desired: Desired, reported: Reported) -> list[Repair]:
    """What to do, in the order in which it must be done; nothing when the portal is as desired.

    The portal keeps its list of connectors in a cache for up to an hour, so a line that has lost its
    connection makes the registration doubtful too.
    """
    lost = [line for line in desired.lines if not _works(reported.lines.get(line))]
    registered = reported.connectors.get(desired.connector_id) == desired.name
    found: list[Repair] = [] if registered and not lost else [Register(desired.connector_id)]
    found += [ConnectLine(line) for line in lost]
    missing, strays = connector.event_changes(desired.events_handler, desired.events, reported.events)
    found += [BindEvent(bound) for bound in missing]
    found += [UnbindEvent(bound) for bound in strays]
    wanted = {(placement.place, placement.handler) for placement in desired.placements}
    found += [
        UnbindPlacement(code, handler)
        for code, handler in reported.placements
        if code != _BOUND_BY_REGISTER
        and connector.same_host(handler, desired.settings_page)
        and (code, handler) not in wanted
    ]
    found += [
        BindPlacement(placement.place)
        for placement in desired.placements
        if (placement.place, placement.handler) not in reported.placements
    ]
    return found + _of_automation(desired, reported)


def _of_automation(desired: Desired, reported: Reported) -> list[Repair]:
    changed = desired.automation_digest != desired.registered
    robots, senders = ({one.code for one in some} for some in (desired.robots, desired.senders))
    found: list[Repair] = [
        PutRobot(code=robot.code, is_new=robot.code not in reported.robots)
        for robot in desired.robots
        if changed or robot.code not in reported.robots
    ]
    found += [
        PutSender(code=sender.code, is_new=sender.code not in reported.senders)
        for sender in desired.senders
        if changed or sender.code not in reported.senders
    ]
    if changed or not robots <= set(reported.robots):
        found += [PutTrigger(code=trigger.code) for trigger in desired.triggers]
    found += [RemoveRobot(code=code) for code in reported.robots if code not in robots]
    return found + [RemoveSender(code=code) for code in reported.senders if code not in senders]


async def reported(client: PortalClient, connector_id: str, lines: Sequence[str]) -> Reported | Failure:
    """Read all that `repairs` compares: one request for every 45 lines. Needs an administrator's token."""
    calls = [Call(method=name, params={}) for name in (*_READ, *_READ_WHERE_ALLOWED)]
    answers: list[Answer] = []
    for start in range(0, max(1, len(lines)), _LINES_A_BATCH):
        asked = [connector.status_call(connector_id, line) for line in lines[start : start + _LINES_A_BATCH]]
        outcomes = await client.batch([*calls, *asked] if start == 0 else asked)
        if isinstance(outcomes, Failure):
            return outcomes
        for number, outcome in enumerate(outcomes):
            if not isinstance(outcome, Failure):
                answers.append(outcome)
            elif start == 0 and len(_READ) <= number < _CALLS_BESIDE_LINES:
                answers.append(Answer(result=[]))
            else:
                return outcome
    connectors, events, placements, robots, senders, *statuses = answers
    return Reported(
        connectors={
            key.lower(): php.text(name) or "" for key, name in php.mapping(connectors.result).items()
        },
        events=connector.bound_of(events),
        placements=[
            (php.text(row.get("placement")) or "", php.text(row.get("handler")) or "")
            for row in map(php.mapping, php.items(placements.result))
        ],
        lines={line: connector.status_of(line, status) for line, status in zip(lines, statuses, strict=True)},
        robots=[code for code in map(php.text, php.items(robots.result)) if code],
        senders=[code for code in map(php.text, php.items(senders.result)) if code],
    )


async def restore(
    client: PortalClient, desired: Desired, *, register_anyway: bool = False
) -> Restored | Failure:
    """Bring the portal to what is desired; the installer and the reconciler both call this.

    One repair that fails does not keep the others from being tried, except that no line is connected after
    the registration failed. `register_anyway` is for the installer, which must not believe a cached list.
    Failure only when the portal's state cannot be read.
    """
    seen = await reported(client, desired.connector_id, list(desired.lines))
    if isinstance(seen, Failure):
        return seen
    todo = repairs(desired, seen)
    if register_anyway and not any(isinstance(repair, Register) for repair in todo):
        todo.insert(0, Register(desired.connector_id))
    done: list[Repair] = []
    broken: list[Broken] = []
    lines = dict(seen.lines)
    unregistered: Failure | None = None
    for repair in todo:
        if unregistered is not None and isinstance(repair, ConnectLine):
            outcome: LineStatus | Failure | None = unregistered
        else:
            outcome = await _apply(client, desired, repair)
        if isinstance(outcome, Failure):
            broken.append(Broken(repair=repair, failure=outcome))
            unregistered = outcome if isinstance(repair, Register) else unregistered
            continue
        done.append(repair)
        if isinstance(outcome, LineStatus):
            lines[outcome.line] = outcome
    return Restored(done=done, broken=broken, lines=lines)


async def _apply(client: PortalClient, desired: Desired, repair: Repair) -> LineStatus | Failure | None:
    match repair:
        case Register():
            return await connector.register(client, desired.connector_id, desired.name, desired.settings_page)
        case ConnectLine(line):
            return await connector.connect_line(client, desired.connector_id, line, desired.lines[line])
        case UnbindEvent(bound):
            return await connector.unbind_event(client, bound)
        case BindEvent(bound):
            return await connector.bind_event(client, bound)
        case UnbindPlacement(code, handler):
            return await connector.unbind_placement(client, code, handler)
        case BindPlacement(code):
            wanted = next(placement for placement in desired.placements if placement.place == code)
            return await connector.bind_placement(client, wanted)
        case PutTrigger() | PutRobot() | RemoveRobot() | PutSender() | RemoveSender():
            return await _apply_automation(client, desired, repair)


async def _apply_automation(client: PortalClient, desired: Desired, repair: Automation) -> Failure | None:
    match repair:
        case PutTrigger(code):
            trigger = next(trigger for trigger in desired.triggers if trigger.code == code)
            return await automation.put_trigger(client, trigger)
        case PutRobot(code, is_new):
            robot = next(robot for robot in desired.robots if robot.code == code)
            return await automation.put_robot(client, robot, is_new=is_new)
        case RemoveRobot(code):
            return await automation.remove_robot(client, code)
        case PutSender(code, is_new):
            sender = next(sender for sender in desired.senders if sender.code == code)
            return await automation.put_sender(client, sender, is_new=is_new)
        case RemoveSender(code):
            return await automation.remove_sender(client, code)


def _works(status: LineStatus | None) -> bool:
    return status is not None and status.works
