"""One phone: what is refused and how, what is lent, and a notebook outside its app."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path

import couplet
import pytest
from couple import Phone, Relay, asks, happens, meet, scenario, texts, together
from couplet import (
    Attached,
    Busy,
    Closed,
    CoupletError,
    Cursor,
    EntryChanged,
    EntryId,
    FileKeyStore,
    History,
    Internal,
    InvalidInput,
    KeyDenied,
    KeyGone,
    KeyNotYet,
    KeyUnusable,
    LogLevel,
    LogLine,
    Network,
    NotAllowed,
    Notebook,
    NotFound,
    Version,
    Waiting,
    Words,
)


@scenario("wrong-input")
async def test_what_cannot_be_used_is_refused_with_a_sentence(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    with pytest.raises(InvalidInput):
        await Notebook.found(ana.directory, ana.keystore, "")
    anas = await stack.enter_async_context(await ana.found(relay.link))
    with pytest.raises(InvalidInput) as refused:
        await anas.set_relay("https://example.org")
    assert " " in str(refused.value), "that is no sentence"
    assert str(refused.value) == refused.value.detail
    with pytest.raises(InvalidInput):
        await ben.join("a link that is none")
    with pytest.raises(InvalidInput):
        await anas.write("  ")
    with pytest.raises(InvalidInput) as too_long:
        await anas.write("long " * 1_000_000)
    assert too_long.value.code == "too_long"
    entry = (await anas.write("here")).entry
    with pytest.raises(InvalidInput):
        await anas.edit(entry.id, "there", Version("no version"))
    with pytest.raises(InvalidInput):
        await anas.timeline(before=Cursor("no cursor"))
    with pytest.raises(NotFound):
        await anas.show(EntryId("nothing-begins-so"))

    with pytest.raises(InvalidInput) as unsaid:
        await anas.invite()
    assert unsaid.value.code == "say_history"
    assert (await anas.invite(history=History.ALL)).entries == 1
    bens, request = await asks(stack, ben, anas, History.ALL)
    code = (await bens.status()).waiting_code
    assert code
    wrong = ("1" if code[0] == "0" else "0") + code[1:]
    with pytest.raises(InvalidInput) as refused:
        await anas.approve(request.id, wrong)
    assert refused.value.code == "wrong_code"
    assert len(await anas.requests()) == 1


@scenario("errors")
async def test_each_error_is_of_the_case_that_says_what_to_do(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    async def fails(work: object, kind: type[CoupletError], code: str, may_pass: bool) -> None:
        with pytest.raises(kind) as failed:
            await work  # type: ignore[misc]
        assert type(failed.value) is kind
        assert (failed.value.code, failed.value.is_retryable) == (code, may_pass)

    await fails(ana.open(), NotFound, "no_notebook", False)
    anas = await stack.enter_async_context(await ana.found())
    other_key = FileKeyStore(tmp_path / "other.key")
    other_key.keep(os.urandom(32))
    beside = Notebook.open_beside(ana.directory, other_key)
    await fails(beside, KeyUnusable, "wrong_key", False)
    await fails(ana.found(), NotAllowed, "exists", False)
    await fails(ana.open(), Busy, "busy", True)
    await fails(anas.sync(), InvalidInput, "no_relay", False)

    await anas.set_relay(relay.link)
    invitation = await anas.invite()
    bens = await stack.enter_async_context(await ben.join(invitation.link))
    await fails(bens.write("too early"), Waiting, "waiting", True)

    relay.kill()
    await fails(anas.sync(), Network, "relay_unreachable", True)
    await anas.shutdown()
    await fails(anas.write("too late"), Closed, "closed", False)
    await fails(anas.timeline(), Closed, "closed", False)
    await fails(anas.sync(), Closed, "closed", False)


class ThrowingKeyStore:
    """A keystore that raises what it is given."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def load(self) -> bytes | None:
        raise self._error

    def keep(self, key: bytes) -> None:
        raise self._error


class RefusingKeyStore:
    """A keystore that has no key and keeps none."""

    def load(self) -> bytes | None:
        return None

    def keep(self, key: bytes) -> None:
        raise OSError("nothing is kept here")


@scenario("thrown")
async def test_what_a_keystore_or_a_log_throws_is_an_error_and_never_a_crash(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    await (await ana.found(relay.link)).shutdown()
    answers: list[tuple[BaseException, type[CoupletError], str, bool]] = [
        (KeyNotYet(), KeyUnusable, "key_not_yet", True),
        (KeyDenied(), KeyUnusable, "key_denied", False),
        (KeyGone(), KeyUnusable, "key_gone", False),
        (ZeroDivisionError("thrown on purpose"), Internal, "keystore", False),
        (SystemExit("thrown on purpose"), Internal, "keystore", False),
    ]
    for answer, kind, code, may_pass in answers:
        with pytest.raises(kind) as failed:
            await Notebook.open(ana.directory, ThrowingKeyStore(answer))
        assert (failed.value.code, failed.value.is_retryable) == (code, may_pass)
        assert "on purpose" not in str(failed.value), "it may have said a secret"
    with pytest.raises(Internal):
        await Notebook.found(ben.directory, RefusingKeyStore(), "Ben")
    await (await ben.found()).shutdown()

    anas = await stack.enter_async_context(await ana.open())
    before = couplet.lost_log_lines()

    def throwing(line: LogLine) -> None:
        raise RuntimeError("thrown on purpose")

    await couplet.set_log_sink(throwing, LogLevel.TRACE)
    await anas.sync()
    assert (await anas.write("still here")).entry.text == "still here"
    lines: list[LogLine] = []
    # What went to the sink before has been given to it, and is counted, when this returns.
    await couplet.set_log_sink(lines.append, LogLevel.TRACE)
    assert couplet.lost_log_lines() > before
    await anas.sync()
    await couplet.set_log_sink(None)
    assert lines
    assert all("still here" not in line.text for line in lines)


@scenario("shutdown")
async def test_shutting_down_in_the_midst_of_work(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    events = anas.events()
    attached = asyncio.create_task(anas.stay_attached())
    await happens(events, Attached)
    writing = [asyncio.create_task(anas.write(f"word {number}")) for number in range(20)]
    syncing = asyncio.create_task(anas.sync())
    pulling = asyncio.create_task(happens(events, EntryChanged))
    done, _ = await asyncio.wait(writing, return_when=asyncio.FIRST_COMPLETED)

    await anas.shutdown()

    results = await asyncio.gather(*writing, return_exceptions=True)
    kept = {result.entry.text for result in results if not isinstance(result, BaseException)}
    assert kept and all(
        isinstance(result, Closed) for result in results if isinstance(result, BaseException)
    )
    with pytest.raises(Closed):
        await attached
    synced = (await asyncio.gather(syncing, return_exceptions=True))[0]
    assert isinstance(synced, (Closed, couplet.Exchanged))
    with pytest.raises(AssertionError, match="the stream ended"):
        await pulling
    async with await ana.open() as again:
        assert kept <= set(await texts(again))
        await meet(again, bens)


@scenario("export")
async def test_a_notebook_outside_the_app(
    stack: AsyncExitStack, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas = await stack.enter_async_context(await ana.found())
    await anas.write("good morning")
    await anas.write("milk\nbread", couplet.Kind.PAGE)
    export = await anas.export()
    assert {entry.text for entry in export.entries} == {"good morning", "milk\nbread"}
    assert [person.name for person in export.persons] == ["Ana"]
    proved = await couplet.prove_export(export.changes)
    assert proved == await anas.hash() and proved.value == export.hash
    assert await couplet.prove_export(export.changes[:-1]) != proved

    archived = Phone(tmp_path, "Archive")
    archive = await stack.enter_async_context(
        await Notebook.archive(archived.directory, archived.keystore, export)
    )
    assert await archive.hash() == proved
    with pytest.raises(NotAllowed):
        await archive.write("not here")

    bens = await stack.enter_async_context(await ben.found())
    words = [
        Words(entry.kind, entry.day, entry.text) for entry in export.entries if entry.kind
    ]
    assert await bens.import_words(words) == couplet.Imported(written=2, held=0)
    assert await bens.import_words(words) == couplet.Imported(written=0, held=2)
    assert sorted(await texts(bens)) == sorted(await texts(anas))


@scenario("beside")
async def test_beside_the_process_that_owns_the_notebook(
    stack: AsyncExitStack, relay: Relay, ana: Phone
) -> None:
    anas = await stack.enter_async_context(await ana.found(relay.link))
    await anas.write("from the app")
    widget = await stack.enter_async_context(
        await Notebook.open_beside(ana.directory, ana.keystore)
    )
    assert anas.is_owner and not widget.is_owner
    assert await texts(widget) == ["from the app"]
    with pytest.raises(Busy):
        await widget.write("not here")

    async with anas.events() as events:
        attached = asyncio.create_task(anas.stay_attached())
        queued = await widget.queue_write("from the widget")
        assert (await happens(events, EntryChanged)).entry == queued
        attached.cancel()
        await asyncio.wait([attached])
    assert (await anas.entry(queued)).entry.text == "from the widget"
