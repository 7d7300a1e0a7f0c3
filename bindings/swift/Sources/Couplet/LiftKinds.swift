// The kinds of entry, and what stands in one, up to the app with `init` and down with `lower`.

internal import CoupletFFI

extension Kind {
    init(_ ffi: CoupletFFI.Kind) {
        self =
            switch ffi {
            case .note: .note
            case .page: .page
            case .listening: .listening
            case .repair: .repair
            case .gesture: .gesture
            case .dream: .dream
            case .fear: .fear
            case .aspiration: .aspiration
            case .list: .list
            case .mood: .mood
            case .date: .date
            case .heartToHeart: .heartToHeart
            case .prompt: .prompt
            case .profile: .profile
            case .template: .template
            case .myself: .myself
            case .need: .need
            case .boundary: .boundary
            case .letter: .letter
            case .reminder: .reminder
            case .draft: .draft
            case .marks: .marks
            case .ownPage: .ownPage
            }
    }

    func lower() -> CoupletFFI.Kind {
        switch self {
        case .note: .note
        case .page: .page
        case .listening: .listening
        case .repair: .repair
        case .gesture: .gesture
        case .dream: .dream
        case .fear: .fear
        case .aspiration: .aspiration
        case .list: .list
        case .mood: .mood
        case .date: .date
        case .heartToHeart: .heartToHeart
        case .prompt: .prompt
        case .profile: .profile
        case .template: .template
        case .myself: .myself
        case .need: .need
        case .boundary: .boundary
        case .letter: .letter
        case .reminder: .reminder
        case .draft: .draft
        case .marks: .marks
        case .ownPage: .ownPage
        }
    }
}

extension EntryState {
    init(_ ffi: CoupletFFI.EntryState) {
        self =
            switch ffi {
            case .shared: .shared
            case .reflected: .reflected
            case .clarifying: .clarifying
            case .understood: .understood
            case .moreToSay: .moreToSay
            case .open: .open
            case .paused: .paused
            case .oneLetGo: .oneLetGo
            case .atRest: .atRest
            case .reopened: .reopened
            case .thanked: .thanked
            case .sealed: .sealed
            case .opened: .opened
            case .withdrawn: .withdrawn
            case .invited: .invited
            case .proposed: .proposed
            case .agreed: .agreed
            case .twoChosen: .twoChosen
            case .later: .later
            case .cancelled: .cancelled
            case .held: .held
            case .asked: .asked
            case .oneAnswered: .oneAnswered
            case .bothAnswered: .bothAnswered
            case .revealed: .revealed
            case .ours: .ours
            case .takenBack: .takenBack
            }
    }
}

extension Deed {
    init(_ ffi: CoupletFFI.Deed) {
        self =
            switch ffi {
            case .reflect: .reflect
            case .gotMe: .gotMe
            case .partly: .partly
            case .notYet: .notYet
            case .beThere: .beThere
            case .speak: .speak
            case .tell: .tell
            case .understand: .understand
            case .feel: .feel
            case .unfeel: .unfeel
            case .ask: .ask
            case .agree: .agree
            case .decline: .decline
            case .notNow: .notNow
            case .apologise: .apologise
            case .receive: .receive
            case .pause: .pause
            case .resume: .resume
            case .letGo: .letGo
            case .withdraw: .withdraw
            case .happenedOn: .happenedOn
            case .thank: .thank
            case .keep: .keep
            case .unkeep: .unkeep
            case .stand: .stand
            case .beWith: .beWith
            case .wonder: .wonder
            case .offer: .offer
            case .adopt: .adopt
            case .unadopt: .unadopt
            case .takeBack: .takeBack
            case .shareAgain: .shareAgain
            case .add: .add
            case .change: .change
            case .remove: .remove
            case .check: .check
            case .uncheck: .uncheck
            case .move: .move
            case .entrust: .entrust
            case .entitle: .entitle
            case .explain: .explain
            case .propose: .propose
            case .vote: .vote
            case .choose: .choose
            case .setLength: .setLength
            case .setWhere: .setWhere
            case .promise: .promise
            case .later: .later
            case .cancel: .cancel
            case .held: .held
            case .answer: .answer
            case .unanswer: .unanswer
            case .open: .open
            case .unsend: .unsend
            case .rate: .rate
            case .callMe: .callMe
            case .togetherSince: .togetherSince
            case .setTheme: .setTheme
            case .begins: .begins
            case .setDate: .setDate
            case .setRepeat: .setRepeat
            case .revise: .revise
            case .tag: .tag
            case .untag: .untag
            case .setColour: .setColour
            case .link: .link
            case .unlink: .unlink
            case .renameTag: .renameTag
            case .unreceive: .unreceive
            case .unthank: .unthank
            case .stepBack: .stepBack
            case .doneBy: .doneBy
            case .setTender: .setTender
            case .weigh: .weigh
            }
    }

    func lower() -> CoupletFFI.Deed {
        switch self {
        case .reflect: .reflect
        case .gotMe: .gotMe
        case .partly: .partly
        case .notYet: .notYet
        case .beThere: .beThere
        case .speak: .speak
        case .tell: .tell
        case .understand: .understand
        case .feel: .feel
        case .unfeel: .unfeel
        case .ask: .ask
        case .agree: .agree
        case .decline: .decline
        case .notNow: .notNow
        case .apologise: .apologise
        case .receive: .receive
        case .pause: .pause
        case .resume: .resume
        case .letGo: .letGo
        case .withdraw: .withdraw
        case .happenedOn: .happenedOn
        case .thank: .thank
        case .keep: .keep
        case .unkeep: .unkeep
        case .stand: .stand
        case .beWith: .beWith
        case .wonder: .wonder
        case .offer: .offer
        case .adopt: .adopt
        case .unadopt: .unadopt
        case .takeBack: .takeBack
        case .shareAgain: .shareAgain
        case .add: .add
        case .change: .change
        case .remove: .remove
        case .check: .check
        case .uncheck: .uncheck
        case .move: .move
        case .entrust: .entrust
        case .entitle: .entitle
        case .explain: .explain
        case .propose: .propose
        case .vote: .vote
        case .choose: .choose
        case .setLength: .setLength
        case .setWhere: .setWhere
        case .promise: .promise
        case .later: .later
        case .cancel: .cancel
        case .held: .held
        case .answer: .answer
        case .unanswer: .unanswer
        case .open: .open
        case .unsend: .unsend
        case .rate: .rate
        case .callMe: .callMe
        case .togetherSince: .togetherSince
        case .setTheme: .setTheme
        case .begins: .begins
        case .setDate: .setDate
        case .setRepeat: .setRepeat
        case .revise: .revise
        case .tag: .tag
        case .untag: .untag
        case .setColour: .setColour
        case .link: .link
        case .unlink: .unlink
        case .renameTag: .renameTag
        case .unreceive: .unreceive
        case .unthank: .unthank
        case .stepBack: .stepBack
        case .doneBy: .doneBy
        case .setTender: .setTender
        case .weigh: .weigh
        }
    }
}

extension ItemId {
    init(_ ffi: CoupletFFI.ItemId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.ItemId { CoupletFFI.ItemId(value: rawValue) }
}

extension Changed {
    init(_ ffi: CoupletFFI.Changed) {
        self.init(
            name: ffi.name, id: ffi.id.map { ItemId($0) }, by: PersonId(ffi.by),
            before: ffi.before, now: ffi.now)
    }
}

extension Fact {
    init(_ ffi: CoupletFFI.Fact) {
        self =
            switch ffi {
            case .earlierWords(let of): .earlierWords(ItemId(of))
            case .confirmedBefore(let of): .confirmedBefore(ItemId(of))
            case .askedAgain(let by): .askedAgain(PersonId(by))
            case .hadSaidYes(let by): .hadSaidYes(PersonId(by))
            case .choseAnother(let by): .choseAnother(PersonId(by))
            case .withdrawnAfterOpened: .withdrawnAfterOpened
            case .doesNotOpen(let by): .doesNotOpen(PersonId(by))
            case .alsoSaid(let of, let said): .alsoSaid(ItemId(of), said)
            case .earlierVerdict(let of): .earlierVerdict(ItemId(of))
            case .changedSinceOpen(let by): .changedSinceOpen(PersonId(by))
            case .keyToCome: .keyToCome
            }
    }
}

extension On {
    init(_ ffi: CoupletFFI.On) {
        self =
            switch ffi {
            case .entry: .entry
            case .thing(let id): .thing(ItemId(id))
            case .anyItem: .anyItem
            }
    }
}

extension Open {
    init(_ ffi: CoupletFFI.Open) {
        self.init(deed: Deed(ffi.deed), on: On(ffi.on))
    }
}

extension Part {
    init(_ ffi: CoupletFFI.Part) {
        self.init(
            name: ffi.name,
            id: ffi.id.map { ItemId($0) },
            by: PersonId(ffi.by),
            generation: Int(clamping: ffi.generation),
            text: ffi.text,
            alternatives: ffi.alternatives.map { Revision($0) },
            revisions: ffi.revisions.map { Revision($0) },
            earlier: ffi.earlier.map { Revision($0) }
        )
    }
}

extension Stance {
    init(_ ffi: CoupletFFI.Stance) {
        self.init(
            name: ffi.name,
            id: ffi.id.map { ItemId($0) },
            by: PersonId(ffi.by),
            value: ffi.value
        )
    }
}

extension Shown {
    init(_ ffi: CoupletFFI.Shown) {
        self.init(
            name: ffi.name,
            id: ffi.id.map { ItemId($0) },
            by: PersonId(ffi.by),
            value: ffi.value,
            alternatives: ffi.alternatives.map { Alternative($0) }
        )
    }
}

extension Alternative {
    init(_ ffi: CoupletFFI.Alternative) {
        self.init(by: PersonId(ffi.by), value: ffi.value)
    }
}

extension Member {
    init(_ ffi: CoupletFFI.Member) {
        self.init(
            name: ffi.name, by: PersonId(ffi.by), value: ffi.value,
            intensity: ffi.intensity.map { Int($0) })
    }
}

extension EntryTag {
    init(_ ffi: CoupletFFI.EntryTag) {
        self.init(word: ffi.word, labels: ffi.labels)
    }
}

extension Item {
    init(_ ffi: CoupletFFI.Item) {
        self.init(
            id: ItemId(ffi.id),
            text: ffi.text,
            alternatives: ffi.alternatives.map { Alternative($0) },
            isDone: ffi.isDone,
            doneBy: ffi.doneBy.map { PersonId($0) },
            isDisputed: ffi.isDisputed,
            owners: ffi.owners.map { PersonId($0) },
            isPromise: ffi.isPromise
        )
    }
}
