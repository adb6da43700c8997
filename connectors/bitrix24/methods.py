"""Every Bitrix24 method that this product calls, and why (contracts/bitrix24.md §1.5, §2, §3).

`client.PortalClient` and `auth.AuthServer` refuse a method that has no row here, so this table is complete.
"""

from __future__ import annotations

from connectors.outside import Method, Retry

_LINES = "imopenlines, imconnector"

_ROWS = (
    Method(
        name="POST /oauth/token/",
        purpose="New access and refresh tokens from a refresh token",
        why="Tokens live one hour; POST because GET would put the client secret into addresses and logs",
        scope="client_id and client_secret",
        retry=Retry.ONCE,
    ),
    Method(
        name="POST /rest/app.info",
        purpose="What the authorization server knows of a token: application, portal, user",
        why="The only trustworthy source of a portal's address; a frame or event only claims one",
        scope="any token",
        retry=Retry.SAFE,
    ),
    Method(
        name="profile",
        purpose="The user of a token, and whether an administrator",
        why="Needs no scope; user.current would need one",
        scope="none",
        retry=Retry.SAFE,
    ),
    Method(
        name="app.info",
        purpose="Is the application installed on the portal, and the portal's licence",
        why="No event arrives before the installation is finished; this shows it",
        scope="none",
        retry=Retry.SAFE,
    ),
    Method(
        name="batch",
        purpose="Up to 50 calls as one request",
        why="Counts once in the rate limit; used only for calls that may be repeated",
        scope="that of its calls",
        retry=Retry.SAFE,
    ),
    Method(
        name="event.get",
        purpose="The event handlers that are bound",
        why="Binding twice delivers every message twice, so what is bound is read first",
        scope="none",
        retry=Retry.SAFE,
    ),
    Method(
        name="event.bind",
        purpose="Have an event delivered to our address",
        why="Online events: offline ones keep only the latest state of an object and would lose messages",
        scope="that of the event",
        retry=Retry.SAFE,
    ),
    Method(
        name="event.unbind",
        purpose="Remove a handler of ours that is no longer wanted",
        why="A stray handler of an old address doubles messages",
        scope="none",
        retry=Retry.SAFE,
    ),
    Method(
        name="placement.get",
        purpose="The placements that are bound",
        why="Binding the same pair twice is an error",
        scope="placement",
        retry=Retry.SAFE,
    ),
    Method(
        name="placement.bind",
        purpose="Show a page of ours inside the portal",
        why="The only way into the chat's side bar, the operator's input field and CRM cards",
        scope="placement",
        retry=Retry.SAFE,
    ),
    Method(
        name="placement.unbind",
        purpose="Remove a page of ours that is no longer wanted",
        why="A page of an old address would show an error",
        scope="placement",
        retry=Retry.SAFE,
    ),
    Method(
        name="imconnector.register",
        purpose="Make WhatsApp a channel type of the portal",
        why="Repeating it updates; it must come before a line can be connected",
        scope=_LINES,
        retry=Retry.SAFE,
    ),
    Method(
        name="imconnector.list",
        purpose="Which channel types the portal has",
        why="Shows that an update of the application has removed ours",
        scope=_LINES,
        retry=Retry.SAFE,
    ),
    Method(
        name="imconnector.activate",
        purpose="Connect our channel type to an open line, or disconnect it",
        why="Sets a state; also clears the error state of a line",
        scope=_LINES,
        retry=Retry.SAFE,
    ),
    Method(
        name="imconnector.connector.data.set",
        purpose="The number and links that the portal shows for a connected line",
        why="Documented to raise the flags that activate alone may not raise",
        scope=_LINES,
        retry=Retry.SAFE,
    ),
    Method(
        name="imconnector.status",
        purpose="Is a line really connected",
        why="The portal saves the flags in the background, so only reading them proves them",
        scope=_LINES,
        retry=Retry.SAFE,
    ),
    Method(
        name="imconnector.send.messages",
        purpose="A client's message into the open line",
        why="The connector interface; crm or im methods would not open a session for an operator",
        scope=_LINES,
        retry=Retry.ONCE,
    ),
    Method(
        name="imconnector.send.status.delivery",
        purpose="The operator's message reached WhatsApp",
        why="Without it the operator sees «sending» forever; status.reading is a stub without effect",
        scope=_LINES,
        retry=Retry.SAFE,
    ),
    Method(
        name="imopenlines.config.list.get",
        purpose="The portal's open lines and their operators",
        why="The panel offers them as channels",
        scope="imopenlines",
        retry=Retry.SAFE,
    ),
    Method(
        name="imopenlines.dialog.get",
        purpose="The CRM objects and the session of a chat",
        why="The portal links them in the background and tells no id when a message is sent in",
        scope="imopenlines",
        retry=Retry.SAFE,
    ),
    Method(
        name="imopenlines.session.history.get",
        purpose="What is in a chat: did our message arrive, what did operators write meanwhile",
        why="The only evidence after an ambiguous outcome or a gap; events are never repeated",
        scope="imopenlines",
        retry=Retry.SAFE,
    ),
    Method(
        name="department.get",
        purpose="The departments of the portal's company",
        why="A role may be given to a department, and holds for everybody below it",
        scope="department",
        retry=Retry.SAFE,
    ),
    Method(
        name="user.get",
        purpose="The portal's employees",
        why="The panel gives rights to them; page by page because search methods cost more",
        scope="user_brief",
        retry=Retry.SAFE,
    ),
    Method(
        name="im.notify.system.add",
        purpose="Tell one employee that a message was not delivered",
        why="Open lines know no «failed»; a message in the chat could go out to the client",
        scope="im",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.duplicate.findbycomm",
        purpose="Leads, contacts and companies with one of a client's numbers",
        why="The portal compares numbers itself; the filter of crm.item.list for phones is not documented",
        scope="crm",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.item.list",
        purpose="Who is responsible for a client, his open lead or deal, what carries our mark",
        why="One method for all kinds; our mark is the only evidence after an addition without an answer",
        scope="crm",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.item.add",
        purpose="A contact, lead or deal for a new client, where the channel's rule says so",
        why="One method for all kinds; crm.lead.add and its like are marked as old",
        scope="crm",
        retry=Retry.ONCE,
    ),
    Method(
        name="crm.item.update",
        purpose="The responsible of what we made; the chat as a way to reach a client",
        why="Sets the same values again; a chat's entry is looked for before it is added",
        scope="crm",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.category.list",
        purpose="The funnels of deals",
        why="The panel offers them in a channel's rule",
        scope="crm",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.status.list",
        purpose="The stages of a funnel, the states of leads",
        why="The panel offers them in a channel's rule; won and lost ones are left out",
        scope="crm",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.timeline.logmessage.add",
        purpose="A line in the timeline of the client's CRM object",
        why="Visible to all who work with the client; a comment would look like a person's words",
        scope="crm",
        retry=Retry.ONCE,
    ),
    Method(
        name="crm.item.get",
        purpose="The phone number of the CRM record on which a robot runs",
        why="A robot knows the record only; the record or its contact has the number",
        scope="crm",
        retry=Retry.SAFE,
    ),
    Method(
        name="bizproc.robot.list",
        purpose="Which robots of ours the portal has",
        why="Shows that an update of the application has removed them",
        scope="bizproc",
        retry=Retry.SAFE,
    ),
    Method(
        name="bizproc.robot.add",
        purpose="Offer the robot that sends a template",
        why="Robots of the CRM are the portal's own automation; nothing else waits for an outcome",
        scope="bizproc",
        retry=Retry.SAFE,
    ),
    Method(
        name="bizproc.robot.update",
        purpose="Offer the templates that are approved now",
        why="A robot that is there cannot be added again",
        scope="bizproc",
        retry=Retry.SAFE,
    ),
    Method(
        name="bizproc.robot.delete",
        purpose="Remove a robot of ours that is no longer wanted",
        why="It would call an address that does not answer",
        scope="bizproc",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.automation.trigger.add",
        purpose="Offer the triggers «button pressed» and «message not delivered»",
        why="The CRM's automation knows our channel's events by them only; repeating it changes the name",
        scope="crm",
        retry=Retry.SAFE,
    ),
    Method(
        name="crm.automation.trigger.execute",
        purpose="Set the automation of a deal or lead going",
        why="For the record to which the portal itself has linked the chat",
        scope="crm",
        retry=Retry.ONCE,
    ),
    Method(
        name="bizproc.event.send",
        purpose="Give a robot's workflow the outcome of its message",
        why="The token is good once, so a repetition is refused and does nothing",
        scope="bizproc",
        retry=Retry.SAFE,
    ),
    Method(
        name="messageservice.sender.list",
        purpose="Which senders of ours the portal's SMS service has",
        why="Shows that an update of the application has removed them",
        scope="messageservice",
        retry=Retry.SAFE,
    ),
    Method(
        name="messageservice.sender.add",
        purpose="Offer a number as a sender of the SMS service",
        why="People and robots write to customers from the CRM with it",
        scope="messageservice",
        retry=Retry.SAFE,
    ),
    Method(
        name="messageservice.sender.update",
        purpose="Change a sender's name or address",
        why="A sender that is there cannot be added again",
        scope="messageservice",
        retry=Retry.SAFE,
    ),
    Method(
        name="messageservice.sender.delete",
        purpose="Remove the sender of a number that is gone",
        why="Messages handed to it would fail",
        scope="messageservice",
        retry=Retry.SAFE,
    ),
    Method(
        name="messageservice.message.status.update",
        purpose="How a message of the SMS service fared",
        why="Without it the CRM shows every message as sent",
        scope="messageservice",
        retry=Retry.SAFE,
    ),
)

METHODS: dict[str, Method] = {row.name: row for row in _ROWS}


class UnlistedMethodError(LookupError):
    """A method without a row: add the row, with its reason, before calling it."""


def listed(name: str) -> Method:
    """The row of a method. Raises UnlistedMethodError."""
    row = METHODS.get(name)
    if row is None:
        raise UnlistedMethodError(name)
    return row
