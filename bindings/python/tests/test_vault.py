"""A person's vault beside their notebook."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from couple import Phone, Relay, another, meet, scenario, texts, together
from couplet import Chosen, InvalidInput, KeyUnusable, Kind, NotAllowed, Notebook
from couplet import demo_notebook, lock_key, unlock_key


@scenario("vault")
async def test_a_draft_is_kept_in_the_vault_taken_up_and_shared_and_a_lock_gives_nothing(
    stack: AsyncExitStack, ana: Phone, tmp_path: Path
) -> None:
    notebook = await stack.enter_async_context(await ana.found())
    place, keys = tmp_path / "vault", Phone(tmp_path, "Vault").keystore
    vault = await Notebook.found(place, keys, "Ana", is_vault=True)
    await stack.enter_async_context(vault)
    assert (await vault.is_vault(), await notebook.is_vault()) == (True, False)

    draft = await notebook.draft_new("I am angr")
    assert await notebook.keep_drafts(vault) == 1
    assert await notebook.drafts() == []
    [kept] = await notebook.drafts_with(vault)
    assert (kept.id, kept.text) == (draft.id, "I am angr")
    await notebook.take_up(kept)
    await notebook.draft_update(draft.id, "I missed you")
    await notebook.share_draft(draft.id)
    assert await notebook.drafts_with(vault) == []
    await notebook.keep_drafts(vault)
    assert await notebook.drafts_with(vault) == []

    with pytest.raises(NotAllowed):
        await notebook.write("mine", Kind.LETTER)
    own = (await vault.write("That I am too much", Kind.FEAR)).entry.id
    shared = (await notebook.share_from(vault, own)).entry
    assert (shared.kind, shared.text) == (Kind.FEAR, "That I am too much")
    await vault.edit(own, "That I am too much for you")
    assert sorted(await texts(notebook)) == ["I missed you", "That I am too much"]
    with pytest.raises(InvalidInput) as stands:
        await notebook.share_from(vault, own, Chosen(into=shared.id))
    assert stands.value.code == "stands_there"
    anew = await notebook.share_from(vault, own, Chosen(into=shared.id, is_again=True))
    assert [one.text for one in anew.entry.revisions] == [shared.text, "That I am too much for you"]
    with pytest.raises(NotAllowed):
        await vault.invite()

    key = keys.load()
    assert key is not None
    locked = await lock_key(key, "the blue door")
    with pytest.raises(InvalidInput) as wrong:
        await unlock_key(locked, "the blue doors")
    assert wrong.value.code == "wrong_passphrase"
    assert await unlock_key(locked, "the blue door") == key
    await vault.lock()
    with pytest.raises(KeyUnusable) as refused:
        await vault.timeline()
    assert (refused.value.code, refused.value.is_retryable) == ("locked", False)
    again = await Notebook.open(place, keys, is_vault=True)
    await stack.enter_async_context(again)
    assert await texts(again) == ["That I am too much for you"]

    demo = await demo_notebook(7)
    assert demo == await demo_notebook(7)
    assert [view.name for view in demo.views] == ["Ana", "Ben"]
    anas, bens = ({row.entry.content for row in view.together} for view in demo.views)
    assert anas == bens and all(view.vault for view in demo.views)


@scenario("seen")
async def test_what_was_read_on_one_phone_is_read_on_ones_others_through_their_vault(
    stack: AsyncExitStack, relay: Relay, ana: Phone, ben: Phone, tmp_path: Path
) -> None:
    anas, bens = await together(stack, relay, ana, ben)
    tablets = await another(stack, anas, tmp_path / "tablet")
    first = Phone(tmp_path / "vault", "Ana", is_vault=True)
    vault = await stack.enter_async_context(await first.found(relay.link))
    other = await another(stack, vault, tmp_path / "tablet's vault", is_vault=True)
    read = (await bens.write("good morning")).entry.id
    new = (await bens.write("and good night")).entry.id
    await meet(anas, bens)
    await tablets.sync()
    for notebook in (anas, tablets):
        assert [(await notebook.entry(entry)).is_unread for entry in (read, new)] == [True, True]

    await anas.show(read)
    assert await anas.keep_seen(vault) == 0
    await vault.sync()
    await other.sync()
    assert await tablets.keep_seen(other) == 1
    assert [(await tablets.entry(entry)).is_unread for entry in (read, new)] == [False, True]
    assert await tablets.keep_seen(other) == 0
