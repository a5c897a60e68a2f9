"""Make the street pack of the demo from the sample beside this script.

    python tests/data/maps/make_demo_pack.py [FILE]

Without FILE it is written into the package.
"""

from __future__ import annotations

import sys
from pathlib import Path

from meshdefense.streets.importing.importer import Imported, import_file
from meshdefense.streets.shipped import DEMO_BOUNDS, demo_pack
from meshdefense.streets.streets import Bounds

SOURCE = Path(__file__).with_name("chicago-z13.pmtiles")


def make(target: Path) -> Imported:
    """Write the pack."""
    return import_file(SOURCE, target, title="Chicago", bounds=Bounds(*DEMO_BOUNDS))


if __name__ == "__main__":
    made = make(Path(sys.argv[1]) if len(sys.argv) > 1 else demo_pack())
    sys.stdout.write(f"{made.segments} segments, {made.names} names, {made.bytes} bytes\n")
