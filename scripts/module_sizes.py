"""Print the module-size table.

The house measures: a median of at most 6 kB, nine modules in ten at most 20 kB, none over 30 kB.
"""

from __future__ import annotations

import statistics
import sys
from collections import defaultdict
from pathlib import Path

LIMIT = 30_000
LARGE = 20_000
ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Print one line a room and the whole; return 1 when a module is over the limit."""
    package = ROOT / "src" / "lupustrial"
    sizes = {path.relative_to(package): path.stat().st_size for path in sorted(package.rglob("*.py"))}
    rooms: dict[str, list[int]] = defaultdict(list)
    for path, size in sizes.items():
        rooms[path.parts[0] if len(path.parts) > 1 else "(package)"].append(size)
    print(f"{'room':<14}{'modules':>8}{'median kB':>11}{'largest kB':>12}{'sum kB':>9}")
    for room in sorted(rooms):
        print(_line(room, rooms[room]))
    everything = list(sizes.values())
    print(_line("all", everything))
    within = sum(size <= LARGE for size in everything) / len(everything)
    print(f"modules of at most {LARGE // 1000} kB: {within:.0%}")
    over = [path for path, size in sizes.items() if size > LIMIT]
    for path in over:
        print(f"over {LIMIT // 1000} kB: {path}")
    return 1 if over else 0


def _line(name: str, sizes: list[int]) -> str:
    median = statistics.median(sizes) / 1000
    return f"{name:<14}{len(sizes):>8}{median:>11.1f}{max(sizes) / 1000:>12.1f}{sum(sizes) / 1000:>9.0f}"


if __name__ == "__main__":
    sys.exit(main())
