// The names of things, up to the app with `init` and down to the engine with `lower`.

internal import CoupletFFI

extension NotebookId {
    init(_ ffi: CoupletFFI.NotebookId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.NotebookId { CoupletFFI.NotebookId(value: rawValue) }
}

extension DeviceId {
    init(_ ffi: CoupletFFI.DeviceId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.DeviceId { CoupletFFI.DeviceId(value: rawValue) }
}

extension PersonId {
    init(_ ffi: CoupletFFI.PersonId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.PersonId { CoupletFFI.PersonId(value: rawValue) }
}

extension EntryId {
    init(_ ffi: CoupletFFI.EntryId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.EntryId { CoupletFFI.EntryId(value: rawValue) }
}

extension CommentId {
    init(_ ffi: CoupletFFI.CommentId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.CommentId { CoupletFFI.CommentId(value: rawValue) }
}

extension RequestId {
    init(_ ffi: CoupletFFI.RequestId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.RequestId { CoupletFFI.RequestId(value: rawValue) }
}

extension InviteId {
    init(_ ffi: CoupletFFI.InviteId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.InviteId { CoupletFFI.InviteId(value: rawValue) }
}

extension WriterId {
    init(_ ffi: CoupletFFI.WriterId) { self.init(rawValue: ffi.value) }
}

extension Version {
    init(_ ffi: CoupletFFI.Version) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.Version { CoupletFFI.Version(value: rawValue) }
}

extension Cursor {
    init(_ ffi: CoupletFFI.Cursor) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.Cursor { CoupletFFI.Cursor(value: rawValue) }
}

extension DraftId {
    init(_ ffi: CoupletFFI.DraftId) { self.init(rawValue: ffi.value) }
    func lower() -> CoupletFFI.DraftId { CoupletFFI.DraftId(value: rawValue) }
}
