"""How heavy the panel's views are, and how soon a person sees something useful.

    python -m benchmarks.panel [--repeats 5] [--port 8080]

Weight: the compressed JavaScript and styles that a view's first load takes (its modules, one language, and
the portal's SDK), from what was built. Time: in a real Chromium, from the frame to the view's first
data, on a running demo (`make demo`), cold and with the browser's cache. Results go to benchmarks/results/.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from api.pages.assets import BUILT, ENTRY

RESULTS = Path(__file__).parent / "results"
MOST_BYTES = 350_000
"""What a view's first load may weigh in compressed JavaScript."""
SDK = "node_modules/@bitrix24/b24jssdk/dist/esm/index.mjs"
VIEWS = "src/views/"


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of Vite's manifest."""

    file: str
    css: list[str] = []
    imports: list[str] = []


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of a view's first load, compressed as a browser takes them (br)."""

    script: int
    style: int


def main() -> None:
    """Measure, print a table, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--port", type=int, default=8080, help="where the demo is")
    options = parser.parse_args()
    rows: dict[str, Any] = {view: msgspec.to_builtins(weight) for view, weight in weights().items()}
    print("| view | compressed JavaScript | compressed styles |\n|---|---|---|")
    for view, row in rows.items():
        print(f"| {view} | {row['script'] / 1000:,.0f} kB | {row['style'] / 1000:,.0f} kB |")
    times = first_paints(options.repeats, options.port)
    if times is not None:
        print(f"\nfirst useful paint of the channels view: {times}")
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    found = {"at": now.isoformat(timespec="seconds"), "weights": rows, "first_useful_paint_ms": times}
    for name in (f"panel-{now.date()}", "panel-latest"):
        (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")


def weights(built: Path = BUILT) -> dict[str, Weight]:
    """What the first load of every view weighs."""
    manifest = msgspec.json.decode((built / "manifest.json").read_bytes(), type=dict[str, Chunk])
    language = max(
        (name for name in manifest if name.startswith("src/locales/")),
        key=lambda name: _size(built, manifest[name].file),
    )
    found: dict[str, Weight] = {}
    for view in sorted(name for name in manifest if name.startswith(VIEWS)):
        chunks: dict[str, Chunk] = {}
        for name in (ENTRY, language, SDK, view):
            _collect(manifest, name, chunks)
        styles = {css for chunk in chunks.values() for css in chunk.css}
        found[view.removeprefix(VIEWS).removesuffix(".vue")] = Weight(
            script=sum(_size(built, chunk.file) for chunk in chunks.values()),
            style=sum(_size(built, css) for css in styles),
        )
    return found


def first_paints(repeats: int, port: int) -> dict[str, float] | None:
    """Milliseconds to the first channel on the screen, cold and cached; None where no demo or Chromium is."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with socket.socket() as probe:
        if chromium is None or probe.connect_ex(("127.0.0.1", port)) != 0:
            return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        cold: list[float] = []
        cached: list[float] = []
        for _ in range(repeats):
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            page = context.new_page()
            for times in (cold, cached):
                page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
                page.locator("#panel-layers iframe").wait_for()
                started = time.perf_counter()  # the portal has posted the form into the frame
                page.frame_locator("#panel-layers iframe").locator("[data-channel]").first.wait_for()
                times.append((time.perf_counter() - started) * 1000)
            context.close()
        browser.close()
    return {"cold": round(statistics.median(cold)), "cached": round(statistics.median(cached))}


def _collect(manifest: dict[str, Chunk], name: str, into: dict[str, Chunk]) -> None:
    if name in into:
        return
    into[name] = manifest[name]
    for other in manifest[name].imports:
        _collect(manifest, other, into)


def _size(built: Path, file: str) -> int:
    compressed = built / f"{file}.br"
    return (compressed if compressed.exists() else built / file).stat().st_size


if __name__ == "__main__":
    main()
