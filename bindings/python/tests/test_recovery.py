"""A notebook back from its words, and the words renewed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from couple import Phone, Relay, Silence, at_port, meet, scenario, texts, together
from couplet import (
    FileKeyStore,
    InvalidInput,
    Invitation,
    NotAllowed,
    NotBefore,
    Notebook,
    NotFound,
    RecoveryKit,
    RecoveryWords,
    Waiting,
)


@scenario("recovery")
async def test_who_loses_every_phone_is_back_on_a_fresh_one_by_the_words_of_the_kit(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, _ = await together(stack, relay, ana, ben)
    await anas.write("kept")
    assert await anas.recovery_kit() == RecoveryKit(False, False, None, relay.link)
    words = await anas.make_kit()
    assert len(words.reveal().split(" ")) == 24
    assert repr(words) == "RecoveryWords()"
    assert (await anas.recovery_kit()).is_pending
    await anas.sync()
    kit = await anas.recovery_kit()
    assert kit.exists and not kit.is_pending and kit.relay is not None
    assert await anas.is_kit_of(words)
    with pytest.raises(NotAllowed) as refused:
        await anas.make_kit()
    assert refused.value.code == "exists"
    lost = await anas.hash()
    await anas.shutdown()

    written = RecoveryWords.read(words.reveal().upper().replace(" ", "\n"))
    keystore = FileKeyStore(tmp_path / "fresh.key")
    back, fresh = await Notebook.recover(tmp_path / "fresh", keystore, written, kit.relay)
    await stack.enter_async_context(back)
    assert fresh.reveal() != words.reveal()
    assert (await back.sync()).is_caught_up
    assert await back.hash() == lost
    assert await texts(back) == ["kept"]
    assert await back.is_kit_of(fresh)
    assert not await back.is_kit_of(words)

    last = words.reveal().rpartition(" ")[0] + " couplet"
    for wrong in ("kept", last):
        with pytest.raises(InvalidInput) as none:
            RecoveryWords.read(wrong)
        assert none.value.code == "wrong_words"
    with pytest.raises(InvalidInput) as used:
        await Notebook.recover(tmp_path / "again", keystore, words, relay.link)
    assert used.value.code == "unknown_words"


@scenario("recover-again")
async def test_words_that_were_not_seen_are_given_once_more(
    stack: AsyncExitStack, relay: Relay, ana: Phone, tmp_path: Path
) -> None:
    anas = await stack.enter_async_context(await ana.found(relay.link))
    words = await anas.make_kit()
    await anas.sync()
    fresh, keystore = tmp_path / "fresh", FileKeyStore(tmp_path / "fresh.key")
    silence = Silence()
    stack.callback(silence.close)
    away = at_port(relay.link, silence.port)
    waiting = asyncio.create_task(Notebook.recover(fresh, keystore, words, away))
    await silence.hears()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    unseen, _ = await Notebook.recover(fresh, keystore, words, relay.link)
    await unseen.shutdown()
    back = await stack.enter_async_context(await Notebook.open(fresh, keystore))
    seen = await back.recover_again(words)
    with pytest.raises(InvalidInput) as others:
        await back.recover_again(seen)
    assert others.value.code == "unknown_words"
    await back.sync()
    assert await back.is_kit_of(seen)


@scenario("renewal")
async def test_a_kit_is_renewed_by_its_words_and_without_them_only_after_notice(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, _ = await together(stack, relay, ana, ben)
    with pytest.raises(NotFound):
        await anas.renew_kit()
    first = await anas.make_kit()
    await anas.sync()
    second = await anas.renew_kit(first)
    assert isinstance(second, RecoveryWords)
    await anas.sync()
    assert await anas.is_kit_of(second)
    assert not await anas.is_kit_of(first)

    notice = await anas.renew_kit()
    assert isinstance(notice, NotBefore)
    await anas.sync()
    assert (await anas.recovery_kit()).due == notice.due
    status = await anas.status()
    assert status.kit_due == notice.due
    assert status.last_exchange is not None and status.last_exchange < notice.due
    with pytest.raises(InvalidInput) as old:
        await anas.keep_kit(first)
    assert old.value.code == "unknown_words"
    await anas.keep_kit(second)
    await anas.sync()
    assert (await anas.recovery_kit()).due is None
    with pytest.raises(NotFound):
        await anas.keep_kit(second)


@scenario("let-in-again")
async def test_who_lost_every_phone_and_the_words_is_let_in_again_by_the_other(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    note = (await bens.write("from Ben")).entry.id
    await meet(anas, bens)
    invitation = await anas.invite_again()
    assert isinstance(invitation, Invitation)
    await anas.sync()
    await bens.sync()
    assert (await bens.status()).is_being_replaced
    assert [invite.is_again for invite in await bens.invites()] == [True]
    fresh = await stack.enter_async_context(await Phone(tmp_path, "Fresh").join(invitation.link))
    with pytest.raises(Waiting):
        await fresh.sync()
    await anas.sync()
    [request] = await anas.requests()
    assert request.is_again
    await anas.approve(request.id, (await fresh.status()).waiting_code)
    await meet(anas, fresh)
    assert await texts(fresh) == ["from Ben"]
    assert [one.generation for one in await fresh.devices() if one.is_this] == [1]
    with pytest.raises(NotAllowed) as anew:
        await fresh.edit(note, "anew")
    assert anew.value.code == "not_yours"

    with pytest.raises(NotAllowed):
        await bens.sync()
    assert await texts(bens) == ["from Ben"]
    await fresh.make_kit()
    await meet(fresh, anas)
    warned = await anas.invite_again()
    last = (await anas.status()).last_exchange
    assert isinstance(warned, NotBefore) and last is not None and warned.due > last
