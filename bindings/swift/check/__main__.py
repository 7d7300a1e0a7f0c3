"""Compares every use in what is written by hand with the Swift that is generated.

    python3 bindings/swift/check PACKAGE [ROOT]

PACKAGE is what `bindings/swift/build` has put together. No compiler of Swift is needed: this says
which names, labels, cases, `try` and `await` do not fit, what traps, what is public and silent, and
what is generated and reaches no app. That the types fit is the compiler's to say.
"""

from __future__ import annotations

import sys
from pathlib import Path

from generated import Generated
from source import Source
from uses import Uses


def main() -> int:
    package = Path(sys.argv[1])
    api = Generated.of(Source.read(package / "Sources/CoupletFFI/CoupletFFI.swift"))
    written = [*sorted((package / "Sources/Couplet").glob("*.swift")),
               *sorted((package / "Tests").rglob("*.swift"))]
    faults = Uses(api, [Source.read(path) for path in written]).check()
    print("\n".join(faults) if faults else
          f"{len(written)} files of Swift fit {len(api.types)} types that are generated")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
