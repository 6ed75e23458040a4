"""Files in, findings out: what `paperbench check` does."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from validators.cache import Cache
from validators.examined import Examined, examined_from
from validators.files import texts_below, yaml_below
from validators.findings import Finding
from validators.report import Report, counted_warnings, joined, shown
from validators.roots import DataRoot, find_root
from validators.waivers import read_waivers, unused_waivers, waive


def check_root(root: Path, *, place_warnings: bool = True, cached: bool = True) -> Report:
    """Check a whole data root: its documents, texts and folders."""
    data_root = DataRoot(root)
    cache = Cache(root, data_root.probes, used=cached)
    documents = list(data_root.documents())
    found = _found([*documents, *data_root.texts()], data_root, cache, place_warnings=place_warnings)
    reports = []
    for name, data in found.items():
        label = shown(f"{root}/{name}")
        reports.append(_report(examined_from(data, label), label))
    reports.append(Report(0, tuple(_folder_findings(data_root, cache))))
    report = joined(reports)._replace(files=len(documents))
    if not place_warnings:
        report = counted_warnings(report)
    waivers = _kept(cache, data_root, "waivers", lambda: read_waivers(data_root))
    cache.save()
    unused = unused_waivers(report, root, waivers)
    return joined([waive(report, root, waivers), Report(0, tuple(unused))])


def check_paths(
    paths: Iterable[Path], root: Path | None = None, *, place_warnings: bool = True, cached: bool = True
) -> Report:
    """Check files, and the YAML and the papers' texts in folders; a data root is checked whole.

    Warnings of files that are named are always placed.
    """
    wholes: list[Path] = []
    files: dict[Path, Path | None] = {}
    uncounted: set[Path] = set()
    for path in dict.fromkeys(given.resolve() for given in paths):
        if path.is_dir() and find_root(path) == path:
            wholes.append(path)
            continue
        texts = texts_below(path, root) if path.is_dir() else []
        below = [*yaml_below(path), *texts] if path.is_dir() else [path]
        uncounted.update(texts)
        files |= {file: root or find_root(file.parent) for file in below}
    reports = [check_root(whole, place_warnings=place_warnings, cached=cached) for whole in wholes]
    found: dict[Path | None, list[Report]] = {}
    roots = {home: DataRoot(home) for home in files.values() if home is not None}
    for file, home in files.items():
        if home not in wholes:
            report = _report(check_file(file, roots[home] if home is not None else None), shown(file))
            found.setdefault(home, []).append(report._replace(files=file not in uncounted))
    for home, some in found.items():
        reports.append(joined(some) if home is None else waive(joined(some), home, read_waivers(roots[home])))
    return joined(reports)


def check_file(path: Path, root: DataRoot | None) -> Examined:
    """What there is to say of one file, a document in each line of a .jsonl."""
    from validators.examine import examine  # noqa: PLC0415  the cached check starts without the rules

    return examine(path, shown(path), root)


def _report(found: Examined, name: str) -> Report:
    return Report(1, found.findings, {name: found.counted} if found.counted else {}, found.notes)


def _found(names: list[str], root: DataRoot, cache: Cache, *, place_warnings: bool) -> dict[str, list[Any]]:
    """What there is to say of each file: from the cache, or else by examining it."""

    def usable(found: list[Any]) -> bool:
        # What was found without places is of no use to who asks for them.
        return not (place_warnings and found[1])

    found = {name: cache.entry(name, usable) for name in names}
    missing = [name for name in names if found[name] is None]
    if missing:
        from validators.examine import examine  # noqa: PLC0415  the cached check starts without the rules
        from validators.halves import by_two  # noqa: PLC0415

        def work(name: str) -> tuple[dict[str, str], list[Any]]:
            root.seen = {}
            path, label = root.path / name, shown(f"{root.path}/{name}")
            told = examine(path, label, root, place_warnings=place_warnings).as_data()
            return root.seen, told

        sizes = {name: _size(root.path / name) for name in missing}
        for name, (seen, told) in by_two(sizes, work).items():
            cache.keep(name, seen, told)
            found[name] = told
    return found


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _folder_findings(root: DataRoot, cache: Cache) -> Iterator[Finding]:
    def examine_them() -> list[Any]:
        from validators.examine import examine_folders  # noqa: PLC0415  as above

        return examine_folders(root)

    for path, *fields in _kept(cache, root, "folders", examine_them):
        yield Finding(shown(f"{root.path}/{path}"), *fields)


def _kept(
    cache: Cache,
    root: DataRoot,
    name: str,
    find: Callable[[], list[Any]],
) -> list[Any]:
    """What the cache keeps under the name, or else what is found now, with all that was seen for it."""
    kept: list[Any] | None = cache.entry(name, lambda _: True)
    if kept is None:
        root.seen = {}
        kept = find()
        cache.keep(name, root.seen, kept)
    return kept
