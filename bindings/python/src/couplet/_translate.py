"""Between the values of this package and those of the generated module."""

from __future__ import annotations

import datetime

from . import values as v
from ._generated import couplet_ffi as ffi

_EPOCH = datetime.date(1970, 1, 1)


def days(day: datetime.date) -> int:
    return (day - _EPOCH).days


def day(days_since: int) -> datetime.date:
    """A day that no calendar of Python has becomes the nearest that it has."""
    first, last = days(datetime.date.min), days(datetime.date.max)
    return _EPOCH + datetime.timedelta(days=min(max(days_since, first), last))


def to_kind(kind: v.Kind) -> ffi.Kind:
    return ffi.Kind[kind.name]


def to_version(version: v.Version | None) -> ffi.Version | None:
    return None if version is None else ffi.Version(value=version)


def to_filter(wanted: v.Filter) -> ffi.Filter:
    return ffi.Filter(
        kind=None if wanted.kind is None else to_kind(wanted.kind),
        only_unread=wanted.only_unread,
        first_day=None if wanted.first_day is None else days(wanted.first_day),
        last_day=None if wanted.last_day is None else days(wanted.last_day),
    )


def to_change(change: v.PlacedChange) -> ffi.PlacedChange:
    return ffi.PlacedChange(volume=change.volume, edition=change.edition, bytes=change.bytes)


def to_archive(export: v.Export) -> ffi.Archive:
    return ffi.Archive(
        notebook=ffi.NotebookId(value=export.notebook),
        person=ffi.PersonId(value=export.person),
        persons=[
            ffi.Person(id=ffi.PersonId(value=one.id), name=one.name) for one in export.persons
        ],
        changes=[to_change(change) for change in export.changes],
    )


def to_words(words: v.Words) -> ffi.Words:
    return ffi.Words(kind=to_kind(words.kind), day=days(words.day), text=words.text)


def revision(it: ffi.Revision) -> v.Revision:
    return v.Revision(it.rev, v.WriterId(it.writer.value), it.text)


def comment(it: ffi.Comment) -> v.Comment:
    return v.Comment(
        id=v.CommentId(it.id.value),
        author=v.PersonId(it.author.value),
        reply_to=None if it.reply_to is None else v.CommentId(it.reply_to.value),
        text=it.text,
        alternatives=tuple(map(revision, it.alternatives)),
        revisions=tuple(map(revision, it.revisions)),
    )


def entry(it: ffi.Entry) -> v.Entry:
    return v.Entry(
        id=v.EntryId(it.id.value),
        kind=None if it.kind is None else v.Kind[it.kind.name],
        kind_name=it.kind_name,
        author=v.PersonId(it.author.value),
        day=day(it.day),
        text=it.text,
        alternatives=tuple(map(revision, it.alternatives)),
        revisions=tuple(map(revision, it.revisions)),
        comments=tuple(map(comment, it.comments)),
        reactions=tuple(v.Reaction(v.PersonId(r.by.value), r.emoji) for r in it.reactions),
        version=v.Version(it.version.value),
    )


def row(it: ffi.EntryRow) -> v.EntryRow:
    return v.EntryRow(
        entry=entry(it.entry),
        is_unread=it.is_unread,
        delivery=v.Delivery[it.delivery.name],
        can=frozenset(v.Verb[verb.name] for verb in it.can),
        cursor=v.Cursor(it.cursor.value),
    )


def draft(it: ffi.Draft) -> v.Draft:
    return v.Draft(
        id=v.DraftId(it.id.value),
        kind_name=it.kind_name,
        day=day(it.day),
        entry=None if it.entry is None else v.EntryId(it.entry.value),
        base=None if it.base is None else v.Version(it.base.value),
        text=it.text,
    )


def person(it: ffi.Person) -> v.Person:
    return v.Person(v.PersonId(it.id.value), it.name)


def device(it: ffi.Device) -> v.Device:
    return v.Device(
        id=v.DeviceId(it.id.value),
        person=v.PersonId(it.person.value),
        name=it.name,
        called=it.called,
        is_this=it.is_this,
        since=it.since,
        verified=verified(it.verified),
    )


def invite(it: ffi.OpenInvite) -> v.OpenInvite:
    return v.OpenInvite(
        id=v.InviteId(it.id.value),
        is_own_device=it.is_own_device,
        history=v.History[it.history.name],
        expires=it.expires,
        is_expired=it.is_expired,
    )


def quarantine(it: ffi.Quarantine) -> v.Quarantine:
    late = (v.Late(v.DeviceId(one.device.value), one.envelopes, one.is_own) for one in it.late)
    changes = (v.SetAside(v.PersonId(one.author.value), one.detail) for one in it.changes)
    return v.Quarantine(tuple(late), tuple(changes))


def request(it: ffi.Request) -> v.Request:
    return v.Request(v.RequestId(it.id.value), it.name, it.is_own_device)


def status(it: ffi.Status) -> v.Status:
    return v.Status(
        notebook=v.NotebookId(it.notebook.value),
        device=v.DeviceId(it.device.value),
        person=v.PersonId(it.person.value),
        standing=v.Standing[it.standing.name],
        is_read_only=it.is_read_only,
        is_paused=it.is_paused,
        dissolving=None if it.dissolving is None else dissolving(it.dissolving),
        epoch=it.epoch,
        waiting_code=it.waiting_code,
        pending=it.pending,
        relay=it.relay,
        last_exchange=it.last_exchange,
        transport=it.transport,
        is_attached=it.is_attached,
        is_staying=it.is_staying,
        put_off_until=it.put_off_until,
        withheld=it.withheld,
        verified=verified(it.verified),
        kit_due=it.kit_due,
        persons=it.persons,
        devices=it.devices,
    )


def dissolving(it: ffi.Dissolving) -> v.Dissolving:
    by = None if it.by is None else v.PersonId(it.by.value)
    return v.Dissolving(by, it.until, it.is_over)


def unsent(it: ffi.Unsent) -> v.Unsent:
    return v.Unsent(it.entries, it.drafts)


def verified(it: ffi.Verified | None) -> v.Verified | None:
    return None if it is None else v.Verified[it.name]


def verification(it: ffi.Verification) -> v.Verification:
    emoji = tuple(v.SasEmoji(each.symbol, each.name) for each in it.emoji)
    return v.Verification(it.number, emoji, v.Verified[it.verified.name])


def recovery_kit(it: ffi.RecoveryKit) -> v.RecoveryKit:
    return v.RecoveryKit(it.exists, it.is_pending, it.due, it.relay)


def exchanged(it: ffi.Exchanged) -> v.Exchanged:
    return v.Exchanged(
        sent=it.sent,
        received=it.received,
        round_trips=it.round_trips,
        bytes_out=it.bytes_out,
        bytes_in=it.bytes_in,
        udp_out=it.udp_out,
        udp_in=it.udp_in,
        duration=it.duration,
        transport=it.transport,
        is_caught_up=it.is_caught_up,
    )


def export(it: ffi.Export) -> v.Export:
    return v.Export(
        notebook=v.NotebookId(it.notebook.value),
        person=v.PersonId(it.person.value),
        persons=tuple(map(person, it.persons)),
        hash=it.hash,
        entries=tuple(map(entry, it.entries)),
        changes=tuple(v.PlacedChange(c.volume, c.edition, c.bytes) for c in it.changes),
    )


def event(it: ffi.Event) -> v.Event:
    if isinstance(it, ffi.Event.ENTRY_CHANGED):
        return v.EntryChanged(v.EntryId(it.entry.value))
    if isinstance(it, ffi.Event.DETACHED):
        return v.Detached(it.reason, it.detail)
    if isinstance(it, ffi.Event.PUT_OFF):
        return v.PutOff(it.reason, it.detail, it.until)
    if isinstance(it, ffi.Event.BEHIND):
        return v.Behind(it.missed)
    for plain, value in _PLAIN:
        if isinstance(it, plain):
            return value
    raise TypeError(f"the library tells of what this package does not know: {it}")


_PLAIN: tuple[tuple[type, v.Event], ...] = (
    (ffi.Event.DELIVERED, v.Delivered()),
    (ffi.Event.REQUESTS, v.Requests()),
    (ffi.Event.CAUGHT_UP, v.CaughtUp()),
    (ffi.Event.ATTACHED, v.Attached()),
)
