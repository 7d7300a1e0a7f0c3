// Between the generated values and ours: `lift` up to the app, `lower` down to the engine.

package app.couplet

import app.couplet.ffi.CoupletException as FfiException
import java.time.LocalDate
import kotlin.time.toKotlinDuration

internal fun Config.lower() = app.couplet.ffi.Config(directory.path, mark?.path, isVault)

internal fun EntryId.lower() = app.couplet.ffi.EntryId(value)

internal fun CommentId.lower() = app.couplet.ffi.CommentId(value)

internal fun DraftId.lower() = app.couplet.ffi.DraftId(value)

internal fun RequestId.lower() = app.couplet.ffi.RequestId(value)

internal fun DeviceId.lower() = app.couplet.ffi.DeviceId(value)

private fun PersonId.lower() = app.couplet.ffi.PersonId(value.toUByte())

internal fun Version.lower() = app.couplet.ffi.Version(value)

internal fun Cursor.lower() = app.couplet.ffi.Cursor(value)

internal fun LocalDate.lower(): Int {
    val days = toEpochDay()
    require(days in Int.MIN_VALUE..Int.MAX_VALUE) { "no notebook reaches to $this" }
    return days.toInt()
}

internal fun app.couplet.ffi.EntryId.lift() = EntryId(value)

internal fun app.couplet.ffi.PersonId.lift() = PersonId(value.toInt())

internal fun day(days: Int): LocalDate = LocalDate.ofEpochDay(days.toLong())

internal fun app.couplet.ffi.Delivery.lift() = when (this) {
    app.couplet.ffi.Delivery.DEVICE -> Delivery.DEVICE
    app.couplet.ffi.Delivery.RELAY -> Delivery.RELAY
    app.couplet.ffi.Delivery.PARTNER -> Delivery.PARTNER
}

private fun app.couplet.ffi.Verb.lift() = when (this) {
    app.couplet.ffi.Verb.COMMENT -> Verb.COMMENT
    app.couplet.ffi.Verb.REPLY -> Verb.REPLY
    app.couplet.ffi.Verb.EDIT_COMMENT -> Verb.EDIT_COMMENT
    app.couplet.ffi.Verb.REACT -> Verb.REACT
    app.couplet.ffi.Verb.UNREACT -> Verb.UNREACT
    app.couplet.ffi.Verb.TRASH -> Verb.TRASH
    app.couplet.ffi.Verb.RESTORE -> Verb.RESTORE
    app.couplet.ffi.Verb.EDIT -> Verb.EDIT
    app.couplet.ffi.Verb.RESOLVE -> Verb.RESOLVE
    app.couplet.ffi.Verb.KEEP_LEFT_OVER -> Verb.KEEP_LEFT_OVER
    app.couplet.ffi.Verb.ERASE -> Verb.ERASE
}

internal fun History.lower() = when (this) {
    History.ALL -> app.couplet.ffi.History.ALL
    History.FROM_HERE -> app.couplet.ffi.History.FROM_HERE
}

private fun app.couplet.ffi.History.lift() = when (this) {
    app.couplet.ffi.History.ALL -> History.ALL
    app.couplet.ffi.History.FROM_HERE -> History.FROM_HERE
}

private fun app.couplet.ffi.Standing.lift() = when (this) {
    app.couplet.ffi.Standing.WAITING -> Standing.WAITING
    app.couplet.ffi.Standing.SOLO -> Standing.SOLO
    app.couplet.ffi.Standing.PAIRING -> Standing.PAIRING
    app.couplet.ffi.Standing.TOGETHER -> Standing.TOGETHER
    app.couplet.ffi.Standing.APART -> Standing.APART
}

internal fun LogLevel.lower() = when (this) {
    LogLevel.ERROR -> app.couplet.ffi.LogLevel.ERROR
    LogLevel.WARN -> app.couplet.ffi.LogLevel.WARN
    LogLevel.INFO -> app.couplet.ffi.LogLevel.INFO
    LogLevel.DEBUG -> app.couplet.ffi.LogLevel.DEBUG
    LogLevel.TRACE -> app.couplet.ffi.LogLevel.TRACE
}

internal fun app.couplet.ffi.LogLine.lift() = LogLine(
    level = when (level) {
        app.couplet.ffi.LogLevel.ERROR -> LogLevel.ERROR
        app.couplet.ffi.LogLevel.WARN -> LogLevel.WARN
        app.couplet.ffi.LogLevel.INFO -> LogLevel.INFO
        app.couplet.ffi.LogLevel.DEBUG -> LogLevel.DEBUG
        app.couplet.ffi.LogLevel.TRACE -> LogLevel.TRACE
    },
    target = target,
    text = text,
)

internal fun app.couplet.ffi.EntryRow.lift() = EntryRow(
    entry = entry.lift(),
    isUnread = isUnread,
    delivery = delivery.lift(),
    can = can.mapTo(LinkedHashSet()) { it.lift() },
    open = open.map { it.lift() },
    tags = tags.map { EntryTag(it.word, it.labels) },
    cursor = Cursor(cursor.value),
)

private fun app.couplet.ffi.Entry.lift() = Entry(
    id = id.lift(),
    kind = kind?.lift(),
    kindName = kindName,
    author = author.lift(),
    generation = generation.toInt(),
    day = day(day),
    text = text,
    alternatives = alternatives.map { it.lift() },
    revisions = revisions.map { it.lift() },
    earlier = earlier.map { it.lift() },
    comments = comments.map { it.lift() },
    reactions = reactions.map { it.lift() },
    state = state?.lift(),
    facts = facts.map { it.lift() },
    parts = parts.map { it.lift() },
    stances = stances.map { it.lift() },
    shown = shown.map { it.lift() },
    members = members.map { it.lift() },
    gestureBy = gestureBy?.lift(),
    items = items.map { it.lift() },
    meeting = meeting?.lift(),
    pauses = pauses.map { it.lift() },
    seal = seal?.lift(),
    trash = trash?.lift(),
    needs = needs.map { it.lift() },
    isLong = isLong,
    content = content,
    version = Version(version.value),
)

internal fun app.couplet.ffi.Reaction.lift() = Reaction(by.lift(), emoji)

internal fun app.couplet.ffi.Revision.lift() =
    Revision(rev.toLong(), WriterId(writer.value), text)

private fun app.couplet.ffi.Comment.lift() = Comment(
    id = CommentId(id.value),
    author = author.lift(),
    generation = generation.toInt(),
    replyTo = replyTo?.let { CommentId(it.value) },
    range = range?.let { TextRange(it.start.toInt(), it.end.toInt()) },
    text = text,
    alternatives = alternatives.map { it.lift() },
    revisions = revisions.map { it.lift() },
    earlier = earlier.map { it.lift() },
)

internal fun app.couplet.ffi.Draft.lift() = Draft(
    id = DraftId(id.value),
    kindName = kindName,
    day = day(day),
    entry = entry?.lift(),
    base = base?.let { Version(it.value) },
    text = text,
    kept = kept?.let { DraftKept(Version(it.version.value), it.text) },
)

internal fun TextRange.lower() = app.couplet.ffi.TextRange(start.toUInt(), end.toUInt())

internal fun Filter.lower() = app.couplet.ffi.Filter(
    among = among.lower(),
    kind = kind?.lower(),
    onlyUnread = onlyUnread,
    firstDay = firstDay?.lower(),
    lastDay = lastDay?.lower(),
)

internal fun Saying.lower() = when (this) {
    is Saying.Comment -> app.couplet.ffi.Saying.Comment(replyTo?.lower(), text)
    is Saying.EditComment -> app.couplet.ffi.Saying.EditComment(comment.lower(), text)
    is Saying.React -> app.couplet.ffi.Saying.React(emoji, isWanted = true)
    is Saying.Do -> app.couplet.ffi.Saying.Do(deed.lower(), on?.lower(), words)
    is Saying.Trash -> app.couplet.ffi.Saying.Trash
    is Saying.Restore -> app.couplet.ffi.Saying.Restore
    is Saying.Resolve -> app.couplet.ffi.Saying.Resolve(field, on?.lower(), value)
    is Saying.CommentOn -> app.couplet.ffi.Saying.CommentOn(place.lower(), base?.lower(), text)
    is Saying.Unreact -> app.couplet.ffi.Saying.React(emoji, isWanted = false)
}

internal fun app.couplet.ffi.NotebookHash.lift() = NotebookHash(value, entries.toLong())

internal fun app.couplet.ffi.Person.lift() = Person(id.lift(), name)

private fun app.couplet.ffi.Verified.lift() = when (this) {
    app.couplet.ffi.Verified.NO -> Verified.NO
    app.couplet.ffi.Verified.CODE -> Verified.CODE
    app.couplet.ffi.Verified.COMPARED -> Verified.COMPARED
    app.couplet.ffi.Verified.CHANGED -> Verified.CHANGED
}

internal fun app.couplet.ffi.Verification.lift() =
    Verification(number, emoji.map { SasEmoji(it.symbol, it.name) }, verified.lift())

internal fun app.couplet.ffi.Device.lift() = Device(
    id = DeviceId(id.value),
    person = person.lift(),
    name = name,
    called = called,
    generation = generation.toInt(),
    isThis = isThis,
    since = since.toLong(),
    verified = verified?.lift(),
)

internal fun app.couplet.ffi.Invitation.lift() = Invitation(link, expires, entries.toLong())

internal fun app.couplet.ffi.OpenInvite.lift() =
    OpenInvite(InviteId(id.value), isOwnDevice, isAgain, history.lift(), expires, isExpired)

internal fun app.couplet.ffi.Again.lift() = when (this) {
    is app.couplet.ffi.Again.Link -> Again.Link(invitation.lift())
    is app.couplet.ffi.Again.NotBefore -> Again.NotBefore(due)
}

internal fun app.couplet.ffi.Request.lift() =
    Request(RequestId(id.value), name, isOwnDevice, isAgain)

private fun app.couplet.ffi.Dissolving.lift() = Dissolving(by?.lift(), until, isOver)

internal fun app.couplet.ffi.Unsent.lift() = Unsent(entries.toLong(), drafts.toLong())

internal fun app.couplet.ffi.Status.lift() = Status(
    notebook = NotebookId(notebook.value),
    device = DeviceId(device.value),
    person = person.lift(),
    standing = standing.lift(),
    isReadOnly = isReadOnly,
    isPaused = isPaused,
    dissolving = dissolving?.lift(),
    epoch = epoch.toInt(),
    waitingCode = waitingCode,
    pending = pending.toLong(),
    relay = relay,
    lastExchange = lastExchange,
    transport = transport,
    isAttached = isAttached,
    isStaying = isStaying,
    putOffUntil = putOffUntil,
    withheld = withheld.toLong(),
    verified = verified?.lift(),
    kitDue = kitDue,
    isBeingReplaced = isBeingReplaced,
    persons = persons.toInt(),
    devices = devices.toInt(),
)

internal fun app.couplet.ffi.RecoveryKit.lift() = RecoveryKit(exists, isPending, due, relay)

internal fun app.couplet.ffi.Renewed.lift() = when (this) {
    is app.couplet.ffi.Renewed.Words -> Renewed.Words(RecoveryWords(words))
    is app.couplet.ffi.Renewed.NotBefore -> Renewed.NotBefore(due)
}

internal fun app.couplet.ffi.Exchanged.lift() = Exchanged(
    sent = sent.toLong(),
    received = received.toLong(),
    roundTrips = roundTrips.toInt(),
    bytesOut = bytesOut.toLong(),
    bytesIn = bytesIn.toLong(),
    udpOut = udpOut.toLong(),
    udpIn = udpIn.toLong(),
    duration = duration.toKotlinDuration(),
    transport = transport,
    isCaughtUp = isCaughtUp,
    arrived = arrived.lift(),
)

internal fun app.couplet.ffi.Export.lift() = Export(
    notebook = NotebookId(notebook.value),
    person = person.lift(),
    persons = persons.map { it.lift() },
    hash = hash,
    entries = entries.map { it.lift() },
    changes = changes.map { PlacedChange(it.volume.toLong(), it.edition.toLong(), it.bytes) },
)

internal fun Archive.lower() = app.couplet.ffi.Archive(
    notebook = app.couplet.ffi.NotebookId(notebook.value),
    person = person.lower(),
    persons = persons.map { app.couplet.ffi.Person(it.id.lower(), it.name) },
    changes = changes.map { it.lower() },
)

internal fun app.couplet.ffi.Late.lift() =
    Late(DeviceId(device.value), envelopes.toLong(), isOwn)

internal fun app.couplet.ffi.SetAside.lift() = SetAside(author.lift(), detail)

internal fun app.couplet.ffi.Quarantine.lift() =
    Quarantine(late.map { it.lift() }, changes.map { it.lift() })

internal fun PlacedChange.lower() =
    app.couplet.ffi.PlacedChange(volume.toUInt(), edition.toUInt(), bytes)

internal fun Words.lower() = app.couplet.ffi.Words(kind.lower(), day.lower(), text)

internal fun app.couplet.ffi.Imported.lift() = Imported(written.toLong(), held.toLong())

internal fun app.couplet.ffi.Event.lift(): Event = when (this) {
    is app.couplet.ffi.Event.EntryChanged -> Event.EntryChanged(entry.lift())
    is app.couplet.ffi.Event.Delivered -> Event.Delivered
    is app.couplet.ffi.Event.Rejected -> Event.Rejected(by.lift(), detail)
    is app.couplet.ffi.Event.Requests -> Event.Requests
    is app.couplet.ffi.Event.CaughtUp -> Event.CaughtUp
    is app.couplet.ffi.Event.Attached -> Event.Attached
    is app.couplet.ffi.Event.Detached -> Event.Detached(reason, detail)
    is app.couplet.ffi.Event.PutOff -> Event.PutOff(reason, detail, until)
    is app.couplet.ffi.Event.Behind -> Event.Behind(missed.toLong())
}

internal fun FfiException.lift(): CoupletException {
    val again = isRetryable()
    return when (this) {
        is FfiException.InvalidInput -> CoupletException.InvalidInput(reason, detail, again)
        is FfiException.NotAllowed -> CoupletException.NotAllowed(reason, detail, again)
        is FfiException.NotFound -> CoupletException.NotFound(reason, detail, again)
        is FfiException.Waiting -> CoupletException.Waiting(reason, detail, again)
        is FfiException.Network -> CoupletException.Network(reason, detail, again)
        is FfiException.Storage -> CoupletException.Storage(reason, detail, again)
        is FfiException.Busy -> CoupletException.Busy(reason, detail, again)
        is FfiException.Key -> CoupletException.Key(reason, detail, again)
        is FfiException.Incompatible -> CoupletException.Incompatible(reason, detail, again)
        is FfiException.Cancelled -> CoupletException.Cancelled(reason, detail, again)
        is FfiException.Closed -> CoupletException.Closed(reason, detail, again)
        is FfiException.Internal -> CoupletException.Internal(reason, detail, again)
    }
}
