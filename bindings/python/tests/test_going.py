"""Who goes, who is called what, and what is not wanted any more."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from couple import Phone, Relay, asks, meet, story, texts, together
from couplet import History, NotAllowed, NotFound, Quarantine, Standing, Waiting


@story
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


@story
async def test_a_device_is_named_and_taken_out(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    tablet = Phone(tmp_path / "tablet", "Ana")
    tablets, request = await asks(stack, tablet, anas, is_own_device=True)
    assert request.is_own_device
    await anas.approve(request.id, (await tablets.status()).waiting_code)
    await anas.sync()
    await tablets.sync()
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


@story
async def test_who_leaves_keeps_everything_and_writes_nothing_more(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    number = await anas.verify()
    assert not number.is_verified and (await bens.verify()).value == number.value
    assert (await anas.verify(is_confirmed=True)).is_verified
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
