"""Between the values of this package and those of the generated module."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from . import attention as a
from . import kinds as k
from . import people as p
from . import times
from . import values as v
from ._generated import couplet_ffi as ffi

# The generated module makes the cases as it is imported: no type checker sees what they are.
_SAYINGS: Any = ffi.Saying

_EPOCH = datetime.date(1970, 1, 1)


def days(day: datetime.date) -> int:
    return (day - _EPOCH).days


def day(days_since: int) -> datetime.date:
    """A day that no calendar of Python has becomes the nearest that it has."""
    first, last = days(datetime.date.min), days(datetime.date.max)
    return _EPOCH + datetime.timedelta(days=min(max(days_since, first), last))


def to_kind(kind: k.Kind) -> ffi.Kind:
    return ffi.Kind[kind.name]


def to_version(version: v.Version | None) -> ffi.Version | None:
    return None if version is None else ffi.Version(value=version)


def to_entry(entry: v.EntryId) -> ffi.EntryId:
    return ffi.EntryId(value=entry)


def to_day(chosen: datetime.date | None) -> int:
    return days(chosen or datetime.date.today())


def to_range(place: v.TextRange) -> ffi.TextRange:
    return ffi.TextRange(start=place.start, end=place.end)


def to_filter(wanted: v.Filter) -> ffi.Filter:
    return ffi.Filter(
        among=ffi.Among[wanted.among.name],
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


def revision(it: ffi.Revision) -> k.Revision:
    return k.Revision(it.rev, k.WriterId(it.writer.value), it.text)


def comment(it: ffi.Comment) -> v.Comment:
    return v.Comment(
        id=v.CommentId(it.id.value),
        author=k.PersonId(it.author.value),
        generation=it.generation,
        reply_to=None if it.reply_to is None else v.CommentId(it.reply_to.value),
        range=None if it.range is None else v.TextRange(it.range.start, it.range.end),
        text=it.text,
        alternatives=tuple(map(revision, it.alternatives)),
        revisions=tuple(map(revision, it.revisions)),
        earlier=tuple(map(revision, it.earlier)),
    )


def entry(it: ffi.Entry) -> v.Entry:
    return v.Entry(
        id=v.EntryId(it.id.value),
        kind=None if it.kind is None else k.Kind[it.kind.name],
        kind_name=it.kind_name,
        author=k.PersonId(it.author.value),
        generation=it.generation,
        day=day(it.day),
        text=it.text,
        alternatives=tuple(map(revision, it.alternatives)),
        revisions=tuple(map(revision, it.revisions)),
        earlier=tuple(map(revision, it.earlier)),
        comments=tuple(map(comment, it.comments)),
        reactions=tuple(map(reaction, it.reactions)),
        state=None if it.state is None else k.EntryState[it.state.name],
        facts=tuple(map(fact, it.facts)),
        parts=tuple(map(part, it.parts)),
        stances=tuple(map(stance, it.stances)),
        shown=tuple(map(shown, it.shown)),
        members=tuple(map(member, it.members)),
        gesture_by=None if it.gesture_by is None else k.PersonId(it.gesture_by.value),
        items=tuple(map(item, it.items)),
        meeting=None if it.meeting is None else meeting(it.meeting),
        pauses=tuple(map(pause, it.pauses)),
        seal=None if it.seal is None else times.Seal(it.seal.opens_at, it.seal.is_held_back),
        trash=trash(it.trash),
        needs=tuple(map(need, it.needs)),
        is_long=it.is_long,
        content=it.content,
        version=v.Version(it.version.value),
    )


def row(it: ffi.EntryRow) -> v.EntryRow:
    return v.EntryRow(
        entry=entry(it.entry),
        is_unread=it.is_unread,
        delivery=v.Delivery[it.delivery.name],
        can=frozenset(v.Verb[verb.name] for verb in it.can),
        open=tuple(map(opened, it.open)),
        tags=tuple(k.EntryTag(tag.word, tuple(tag.labels)) for tag in it.tags),
        cursor=v.Cursor(it.cursor.value),
    )


def preview(it: ffi.EntryPreview) -> v.EntryPreview:
    return v.EntryPreview(
        id=v.EntryId(it.id.value),
        kind=None if it.kind is None else k.Kind[it.kind.name],
        kind_name=it.kind_name,
        author=k.PersonId(it.author.value),
        day=day(it.day),
        text=it.text,
        is_whole=it.is_whole,
        state=None if it.state is None else k.EntryState[it.state.name],
        conflicts=it.conflicts,
        needs=it.needs,
        trash=trash(it.trash),
        comments=it.comments,
        reactions=tuple(map(reaction, it.reactions)),
        items=it.items,
        items_done=it.items_done,
        is_unread=it.is_unread,
        delivery=v.Delivery[it.delivery.name],
        cursor=v.Cursor(it.cursor.value),
    )


def reaction(it: ffi.Reaction) -> v.Reaction:
    return v.Reaction(k.PersonId(it.by.value), it.emoji)


def item_id(it: ffi.ItemId | None) -> k.ItemId | None:
    return None if it is None else k.ItemId(it.value)


def to_saying(deed: k.Deed, on: k.ItemId | None, words: str) -> ffi.Saying:
    named = None if on is None else ffi.ItemId(value=on)
    saying: ffi.Saying = _SAYINGS.DO(ffi.Deed[deed.name], named, words)
    return saying


def member(it: ffi.Member) -> k.Member:
    return k.Member(it.name, k.PersonId(it.by.value), it.value, it.intensity)


def changed(it: ffi.Changed) -> a.Changed:
    return a.Changed(it.name, item_id(it.id), k.PersonId(it.by.value), it.before, it.now)


def fact(it: Any) -> k.Fact:
    if isinstance(it, ffi.Fact.EARLIER_WORDS):
        return k.EarlierWords(k.ItemId(it.of.value))
    if isinstance(it, ffi.Fact.CONFIRMED_BEFORE):
        return k.ConfirmedBefore(k.ItemId(it.of.value))
    if isinstance(it, ffi.Fact.ALSO_SAID):
        return k.AlsoSaid(k.ItemId(it.of.value), it.said)
    if isinstance(it, ffi.Fact.EARLIER_VERDICT):
        return k.EarlierVerdict(k.ItemId(it.of.value))
    if isinstance(it, ffi.Fact.WITHDRAWN_AFTER_OPENED):
        return k.WithdrawnAfterOpened()
    if isinstance(it, ffi.Fact.KEY_TO_COME):
        return k.KeyToCome()
    for of, value in _OF_A_PERSON:
        if isinstance(it, of):
            return value(k.PersonId(it.by.value))
    raise TypeError(f"the library tells of what this package does not know: {it}")


# The generated module makes the cases as it is imported: no type checker sees what they are.
_FACTS: Any = ffi.Fact
_OF_A_PERSON: tuple[tuple[Any, Callable[[k.PersonId], k.Fact]], ...] = (
    (_FACTS.ASKED_AGAIN, k.AskedAgain),
    (_FACTS.HAD_SAID_YES, k.HadSaidYes),
    (_FACTS.CHOSE_ANOTHER, k.ChoseAnother),
    (_FACTS.DOES_NOT_OPEN, k.DoesNotOpen),
    (_FACTS.CHANGED_SINCE_OPEN, k.ChangedSinceOpen),
)


def meeting(it: ffi.Meeting) -> times.Meeting:
    return times.Meeting(
        proposals=tuple(map(proposal, it.proposals)),
        agreed=item_id(it.agreed),
        also_worked=tuple(k.ItemId(one.value) for one in it.also_worked),
    )


def proposal(it: ffi.Proposal) -> times.Proposal:
    return times.Proposal(
        id=k.ItemId(it.id.value),
        start=it.start,
        end=it.end,
        zone=it.zone,
        by=tuple(k.PersonId(one.value) for one in it.by),
        votes=tuple((k.PersonId(one.by.value), times.Vote[one.vote.name]) for one in it.votes),
    )


def opened(it: ffi.Open) -> k.Open:
    if isinstance(it.on, ffi.On.THING):
        return k.Open(k.Deed[it.deed.name], k.OnThing(k.ItemId(it.on.id.value)))
    on = k.OnEntry() if isinstance(it.on, ffi.On.ENTRY) else k.OnAnyItem()
    return k.Open(k.Deed[it.deed.name], on)


def part(it: ffi.Part) -> k.Part:
    return k.Part(
        name=it.name,
        id=item_id(it.id),
        by=k.PersonId(it.by.value),
        generation=it.generation,
        text=it.text,
        alternatives=tuple(map(revision, it.alternatives)),
        revisions=tuple(map(revision, it.revisions)),
        earlier=tuple(map(revision, it.earlier)),
    )


def stance(it: ffi.Stance) -> k.Stance:
    return k.Stance(it.name, item_id(it.id), k.PersonId(it.by.value), it.value)


def alternative(it: ffi.Alternative) -> k.Alternative:
    return k.Alternative(k.PersonId(it.by.value), it.value)


def shown(it: ffi.Shown) -> k.Shown:
    beside = tuple(map(alternative, it.alternatives))
    return k.Shown(it.name, item_id(it.id), k.PersonId(it.by.value), it.value, beside)


def item(it: ffi.Item) -> k.Item:
    return k.Item(
        id=k.ItemId(it.id.value),
        text=it.text,
        alternatives=tuple(map(alternative, it.alternatives)),
        is_done=it.is_done,
        done_by=None if it.done_by is None else k.PersonId(it.done_by.value),
        is_disputed=it.is_disputed,
        owners=tuple(k.PersonId(one.value) for one in it.owners),
        is_promise=it.is_promise,
    )


def draft(it: ffi.Draft) -> v.Draft:
    kept = it.kept
    return v.Draft(
        id=v.DraftId(it.id.value),
        kind_name=it.kind_name,
        day=day(it.day),
        entry=None if it.entry is None else v.EntryId(it.entry.value),
        base=None if it.base is None else v.Version(it.base.value),
        text=it.text,
        kept=None if kept is None else v.DraftKept(v.Version(kept.version.value), kept.text),
    )


def to_draft(it: v.Draft) -> ffi.Draft:
    base, kept = to_version(it.base), it.kept
    return ffi.Draft(
        id=ffi.DraftId(value=it.id),
        kind_name=it.kind_name,
        day=days(it.day),
        entry=None if it.entry is None else to_entry(it.entry),
        base=base,
        text=it.text,
        kept=None
        if kept is None
        else ffi.DraftKept(version=ffi.Version(value=kept.version), text=kept.text),
    )


def person(it: ffi.Person) -> p.Person:
    return p.Person(k.PersonId(it.id.value), it.name)


def device(it: ffi.Device) -> p.Device:
    return p.Device(
        id=p.DeviceId(it.id.value),
        person=k.PersonId(it.person.value),
        name=it.name,
        called=it.called,
        generation=it.generation,
        is_this=it.is_this,
        since=it.since,
        verified=verified(it.verified),
    )


def invite(it: ffi.OpenInvite) -> p.OpenInvite:
    return p.OpenInvite(
        id=p.InviteId(it.id.value),
        is_own_device=it.is_own_device,
        is_again=it.is_again,
        history=p.History[it.history.name],
        expires=it.expires,
        is_expired=it.is_expired,
    )


def late(it: ffi.Late) -> p.Late:
    return p.Late(p.DeviceId(it.device.value), it.envelopes, it.is_own)


def set_aside(it: ffi.SetAside) -> p.SetAside:
    return p.SetAside(k.PersonId(it.author.value), it.detail)


def quarantine(it: ffi.Quarantine) -> p.Quarantine:
    return p.Quarantine(tuple(map(late, it.late)), tuple(map(set_aside, it.changes)))


def pause(it: ffi.Pause) -> a.Pause:
    return a.Pause(k.PersonId(it.by.value), None if it.until is None else day(it.until))


def trash(it: ffi.Trash | None) -> a.Trash | None:
    if it is None:
        return None
    by = tuple(k.PersonId(one.value) for one in it.resurfaced_by)
    return a.Trash(k.PersonId(it.by.value), day(it.day), by)


def need(it: Any) -> a.Need:
    if isinstance(it, ffi.Need.CHOOSE):
        by = None if it.choice.by is None else k.PersonId(it.choice.by.value)
        beside = tuple(it.choice.values)
        return a.Choose(a.Choice(it.choice.field, item_id(it.choice.on), by, beside))
    if isinstance(it, ffi.Need.STALE):
        return a.Stale(fact(it.fact))
    if isinstance(it, ffi.Need.LEFT_OVER):
        words = it.words
        place = v.TextRange(words.range.start, words.range.end)
        by = k.PersonId(words.by.value)
        return a.LeftOver(k.ItemId(words.id.value), by, place, words.text)
    return a.Resurfaced()


def erased(it: ffi.Erased) -> v.Erased:
    there = tuple(p.DeviceId(device.value) for device in it.requested_there)
    return v.Erased(v.EntryId(it.entry.value), it.is_done_here, there, tuple(it.cannot_promise))


def attention(it: ffi.Attention) -> v.Attention:
    return v.Attention(
        entries=tuple(map(preview, it.entries)),
        set_aside=tuple(map(set_aside, it.set_aside)),
        late=tuple(map(late, it.late)),
        waiting=it.waiting,
    )


def request(it: ffi.Request) -> p.Request:
    return p.Request(p.RequestId(it.id.value), it.name, it.is_own_device, it.is_again)


def status(it: ffi.Status) -> v.Status:
    return v.Status(
        notebook=v.NotebookId(it.notebook.value),
        device=p.DeviceId(it.device.value),
        person=k.PersonId(it.person.value),
        standing=p.Standing[it.standing.name],
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
        is_being_replaced=it.is_being_replaced,
        persons=it.persons,
        devices=it.devices,
    )


def dissolving(it: ffi.Dissolving) -> v.Dissolving:
    by = None if it.by is None else k.PersonId(it.by.value)
    return v.Dissolving(by, it.until, it.is_over)


def unsent(it: ffi.Unsent) -> v.Unsent:
    return v.Unsent(it.entries, it.drafts)


def verified(it: ffi.Verified | None) -> p.Verified | None:
    return None if it is None else p.Verified[it.name]


def verification(it: ffi.Verification) -> p.Verification:
    emoji = tuple(p.SasEmoji(each.symbol, each.name) for each in it.emoji)
    return p.Verification(it.number, emoji, p.Verified[it.verified.name])


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
        arrived=a.Arrived(
            fresh=tuple(a.NewOfKind(new.kind_name, new.count) for new in it.arrived.fresh),
            together=it.arrived.together,
            touched=it.arrived.touched,
            in_need=it.arrived.in_need,
            set_aside=it.arrived.set_aside,
        ),
    )


def export(it: ffi.Export) -> v.Export:
    return v.Export(
        notebook=v.NotebookId(it.notebook.value),
        person=k.PersonId(it.person.value),
        persons=tuple(map(person, it.persons)),
        hash=it.hash,
        entries=tuple(map(entry, it.entries)),
        changes=tuple(v.PlacedChange(c.volume, c.edition, c.bytes) for c in it.changes),
    )


def event(it: ffi.Event) -> v.Event:
    if isinstance(it, ffi.Event.ENTRY_CHANGED):
        return v.EntryChanged(v.EntryId(it.entry.value))
    if isinstance(it, ffi.Event.REJECTED):
        return v.Rejected(k.PersonId(it.by.value), it.detail)
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
