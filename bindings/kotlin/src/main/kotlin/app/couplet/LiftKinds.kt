// The kinds of entry, and what stands in one, between the generated values and ours.

package app.couplet

// A case that one side lacks is told by a test: what is of one name is the same.

internal fun Kind.lower() = app.couplet.ffi.Kind.valueOf(name)

internal fun app.couplet.ffi.Kind.lift() = Kind.valueOf(name)

internal fun app.couplet.ffi.EntryState.lift() = EntryState.valueOf(name)

internal fun Deed.lower() = app.couplet.ffi.Deed.valueOf(name)

private fun app.couplet.ffi.Deed.lift() = Deed.valueOf(name)

internal fun ItemId.lower() = app.couplet.ffi.ItemId(value)

internal fun app.couplet.ffi.ItemId.lift() = ItemId(value)

internal fun app.couplet.ffi.Changed.lift() =
    Changed(name, id?.lift(), by.lift(), before, now)

internal fun app.couplet.ffi.Fact.lift() = when (this) {
    is app.couplet.ffi.Fact.EarlierWords -> Fact.EarlierWords(of.lift())
    is app.couplet.ffi.Fact.ConfirmedBefore -> Fact.ConfirmedBefore(of.lift())
    is app.couplet.ffi.Fact.AskedAgain -> Fact.AskedAgain(by.lift())
    is app.couplet.ffi.Fact.HadSaidYes -> Fact.HadSaidYes(by.lift())
    is app.couplet.ffi.Fact.ChoseAnother -> Fact.ChoseAnother(by.lift())
    is app.couplet.ffi.Fact.WithdrawnAfterOpened -> Fact.WithdrawnAfterOpened
    is app.couplet.ffi.Fact.DoesNotOpen -> Fact.DoesNotOpen(by.lift())
    is app.couplet.ffi.Fact.AlsoSaid -> Fact.AlsoSaid(of.lift(), said)
    is app.couplet.ffi.Fact.EarlierVerdict -> Fact.EarlierVerdict(of.lift())
    is app.couplet.ffi.Fact.ChangedSinceOpen -> Fact.ChangedSinceOpen(by.lift())
    is app.couplet.ffi.Fact.KeyToCome -> Fact.KeyToCome
}

internal fun app.couplet.ffi.Open.lift() = Open(
    deed = deed.lift(),
    on = when (val on = on) {
        is app.couplet.ffi.On.Entry -> On.Entry
        is app.couplet.ffi.On.Thing -> On.Thing(on.id.lift())
        is app.couplet.ffi.On.AnyItem -> On.AnyItem
    },
)

internal fun app.couplet.ffi.Part.lift() = Part(
    name = name,
    id = id?.lift(),
    by = by.lift(),
    generation = generation.toInt(),
    text = text,
    alternatives = alternatives.map { it.lift() },
    revisions = revisions.map { it.lift() },
    earlier = earlier.map { it.lift() },
)

internal fun app.couplet.ffi.Stance.lift() = Stance(name, id?.lift(), by.lift(), value)

internal fun app.couplet.ffi.Shown.lift() =
    Shown(name, id?.lift(), by.lift(), value, alternatives.map { it.lift() })

private fun app.couplet.ffi.Alternative.lift() = Alternative(by.lift(), value)

internal fun app.couplet.ffi.Member.lift() =
    Member(name, by.lift(), value, intensity?.toInt())

internal fun app.couplet.ffi.Item.lift() = Item(
    id = id.lift(),
    text = text,
    alternatives = alternatives.map { it.lift() },
    isDone = isDone,
    doneBy = doneBy?.lift(),
    isDisputed = isDisputed,
    owners = owners.map { it.lift() },
    isPromise = isPromise,
)

internal fun app.couplet.ffi.EntryPreview.lift() = EntryPreview(
    id = id.lift(),
    kind = kind?.lift(),
    kindName = kindName,
    author = author.lift(),
    day = day(day),
    text = text,
    isWhole = isWhole,
    state = state?.lift(),
    conflicts = conflicts.toInt(),
    needs = needs.toInt(),
    trash = trash?.lift(),
    comments = comments.toInt(),
    reactions = reactions.map { it.lift() },
    items = items.toInt(),
    itemsDone = itemsDone.toInt(),
    isUnread = isUnread,
    delivery = delivery.lift(),
    cursor = Cursor(cursor.value),
)
