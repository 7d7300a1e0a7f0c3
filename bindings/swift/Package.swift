// swift-tools-version: 6.0
// `bindings/swift/build` puts this package together with what is generated for it.

import Foundation
import PackageDescription

// Apple's library, which `bindings/swift/xcframework` makes, or one that the linker finds.
let framework = "CoupletFFIC.xcframework"
let isFramework = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/\(framework)")
let library: Target =
    isFramework
    ? .binaryTarget(name: "CoupletFFIC", path: framework)
    : .systemLibrary(name: "CoupletFFIC", path: "Sources/CoupletFFIC")

let package = Package(
    name: "Couplet",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "Couplet", targets: ["Couplet"])],
    targets: [
        library,
        // What UniFFI generates is not ready for Swift 6's checking.
        .target(
            name: "CoupletFFI",
            dependencies: ["CoupletFFIC"],
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(
            name: "Couplet",
            dependencies: ["CoupletFFI"],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
        // One of the phones of bindings/scenarios/mixed.
        .executableTarget(
            name: "Phone",
            dependencies: ["Couplet"],
            path: "Tests/Phone",
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
        .testTarget(
            name: "CoupletTests",
            dependencies: ["Couplet"],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
    ]
)
