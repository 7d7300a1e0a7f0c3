"""Who goes, who is called what, and what is not wanted any more."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from couple import Phone, Relay, another, asks, meet, scenario, texts, together
from couplet import (
    History,
    InvalidInput,
    Late,
    NotAllowed,
    NotFound,
    Quarantine,
    Standing,
    Verified,
    Waiting,
)


@scenario("send-away")
async def test_an_invite_is_withdrawn_and_a_request_denied(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas = await stack.enter_async_context(await ana.found(relay.link))
    assert (await anas.status()).standing is Standing.SOLO
    await anas.invite()
    [invite] = await anas.invites()
    assert (invite.is_own_device, invite.history, invite.is_expired) == (False, History.ALL, False)
    assert (await anas.status()).standing is Standing.PAIRING
    assert await anas.revoke(invite.id) == invite.id
    await anas.sync()
    assert await anas.invites() == []

    bens, request = await asks(stack, ben, anas)
    await anas.deny(request.id)
    assert await anas.requests() == []
    with pytest.raises(Waiting):
        await bens.write("too early")


@scenario("remove")
async def test_a_device_is_named_and_taken_out(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    tablets = await another(stack, anas, tmp_path / "tablet")
    its = (await tablets.status()).device

    await anas.rename("tablet", its)
    await anas.rename("Anna")
    await meet(anas, bens)
    assert "Anna" in [person.name for person in await bens.persons()]
    assert [device.called for device in await anas.devices() if device.id == its] == ["tablet"]

    assert await anas.remove(its) == its
    await meet(anas, bens)
    assert its not in [device.id for device in await bens.devices()]
    assert await anas.quarantine() == Quarantine(late=(), changes=())
    with pytest.raises(NotFound):
        await anas.settle_late(its, is_kept=True)
    with pytest.raises(NotAllowed) as refused:
        await tablets.sync()
    assert refused.value.code == "relay_refused"


@scenario("late-words")
async def test_the_late_words_of_a_device_that_was_taken_out_are_kept_or_discarded(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    laptops = await another(stack, anas, tmp_path / "laptop")
    for text, is_kept in (("kept", True), ("discarded", False)):
        tablets = await another(stack, anas, tmp_path / text)
        its = (await tablets.status()).device
        await laptops.sync()
        # What the tablet writes comes to the laptop by a relay that Ana's phone does not know.
        elsewhere = Relay(tmp_path / f"{text} elsewhere")
        stack.callback(elsewhere.kill)
        await tablets.write(text)
        for notebook in (tablets, laptops):
            await notebook.set_relay(elsewhere.link)
            await notebook.sync()
        await laptops.set_relay(relay.link)
        assert text in await texts(laptops)
        await anas.remove(its)
        await anas.sync()
        await laptops.sync()
        assert text not in await texts(laptops)
        assert (await laptops.quarantine()).late == (Late(its, 1, is_own=True),)
        assert await laptops.settle_late(its, is_kept) == 1
        assert (await laptops.quarantine()).late == ()
        await laptops.sync()
        await meet(anas, bens)
    for notebook in (anas, bens, laptops):
        assert await texts(notebook) == ["kept"]


@scenario("leave")
async def test_who_leaves_keeps_everything_and_writes_nothing_more(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    await anas.write("before")
    await meet(anas, bens)
    await bens.leave()
    status = await bens.status()
    assert status.standing is Standing.APART and status.is_read_only
    assert await texts(bens) == ["before"]
    assert len((await bens.export()).entries) == 1
    with pytest.raises(NotAllowed) as refused:
        await bens.write("after")
    assert refused.value.code == "apart"


@scenario("verify")
async def test_both_compare_emoji_and_a_number_and_one_says_that_they_have(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    await meet(anas, bens)
    with pytest.raises(InvalidInput):
        await anas.verify(is_confirmed=True)
    shown = await anas.verify()
    assert len(shown.emoji) == 7 and len(shown.number.split()) == 12
    at_bens = await bens.verify()
    assert (at_bens.emoji, at_bens.number) == (shown.emoji, shown.number)
    assert (shown.verified, at_bens.verified) == (Verified.CODE, Verified.NO)
    assert (await anas.verify(is_confirmed=True)).verified is Verified.COMPARED

    tablets = await another(stack, bens, tmp_path / "tablet")
    await meet(anas, bens)
    assert (await anas.status()).verified is Verified.COMPARED
    sure = [device.verified for device in await anas.devices() if not device.is_this]
    assert sure == [Verified.COMPARED, Verified.COMPARED]
    at_tablets = await tablets.verify()
    assert (at_tablets.emoji, at_tablets.number) == (shown.emoji, shown.number)
