"""Writes nodes and their comments in the one layout."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from validators.findings import Location
from validators.layout import scalars
from validators.layout.comments import Comments
from validators.layout.keys import Shape
from validators.layout.nodes import Collection, Entry, Node

# Names are looked up whole: they stay on one line.
_NEVER_FOLDED = frozenset({"id", "upstream_id"})


@dataclass(frozen=True)
class Writer:
    """Writes one document; `changes` are new texts for some of its values."""

    comments: Comments
    touched: frozenset[Location]
    changes: Mapping[Location, str]

    def document(self, root: Collection, shape: Shape) -> Iterator[str]:
        """The lines of the whole file."""
        head = list(_without_blanks(self.comments.head))
        yield from head
        shape = shape.of(root.data)
        entries = self._kept(root, shape)
        above = self._above(entries[0], shape.inside(entries[0].location[-1]))
        yield from above if head else _without_blanks(above)
        yield from self._block(root, (), "", shape)

    def _block(self, node: Collection, where: Location, indent: str, shape: Shape) -> Iterator[str]:
        """The lines of a block, but for what stands above its first entry."""
        for number, entry in enumerate(self._kept(node, shape)):
            inside = shape.inside(entry.location[-1])
            if number:
                yield from _indented(self._above(entry, inside), indent)
            yield from self._entry(entry, indent, inside)
        yield from _indented(self.comments.below.get(where, ()), indent)

    def _kept(self, node: Collection, shape: Shape) -> list[Entry]:
        """The entries to write, in the order to write them; shape is the node's own."""
        if isinstance(node.data, list):
            return list(node.entries)
        kept = [
            entry for entry in node.entries
            if entry.location in self.touched or not shape.leaves_out(_key(entry), entry.node.data)
        ]  # fmt: skip
        return sorted(kept or node.entries, key=lambda entry: shape.rank(_key(entry)))

    def _above(self, entry: Entry, shape: Shape) -> list[str]:
        """The lines above an entry, with those above whatever else begins on its line."""
        lines = list(self.comments.above.get(entry.location, ()))
        node = entry.node
        if (
            isinstance(entry.location[-1], int)
            and isinstance(node, Collection)
            and self._is_block(node, shape)
        ):
            shape = shape.of(node.data)
            first = self._kept(node, shape)[0]
            # The line is its first entry's, which may have a comment of its own.
            lines.extend(comment.text for comment in [self.comments.beside.get(entry.location)] if comment)
            lines.extend(_without_blanks(self._above(first, shape.inside(first.location[-1]))))
        return lines

    def _entry(self, entry: Entry, indent: str, shape: Shape) -> Iterator[str]:
        node, where = entry.node, entry.location
        is_item = isinstance(where[-1], int)
        begin = f"{indent}-" if is_item else f"{indent}{_spelt(entry)}:"
        if not isinstance(node, Collection) or not self._is_block(node, shape):
            first, *rest = self._value(entry, indent + "  ", shape)
            yield self._with_comment(f"{begin} {first}", where)
            yield from rest
            return
        shape = shape.of(node.data)
        lines = self._block(node, where, indent + "  ", shape)
        if is_item:
            yield f"{begin} {next(lines)[len(indent) + 2 :]}"
        else:
            yield self._with_comment(begin, where)
            first_entry = self._kept(node, shape)[0]
            above = self._above(first_entry, shape.inside(first_entry.location[-1]))
            yield from _indented(_without_blanks(above), indent + "  ")
        yield from lines

    def _is_block(self, node: Collection, shape: Shape) -> bool:
        return self._line(node, shape) is None

    def _line(self, node: Collection, shape: Shape) -> str | None:
        """What its author wrote on one line and may stay there: a short list; a short mapping in a config."""
        is_list, brackets = isinstance(node.data, list), "[]" if isinstance(node.data, list) else "{}"
        if not node.entries:
            return brackets
        ends_in_comment = node.entries[0].location[:-1] in self.comments.below
        if not node.flow or ends_in_comment or any(entry.location in self.touched for entry in node.entries):
            return None
        if (shape.terse and not is_list) or any(isinstance(entry.node, Collection) for entry in node.entries):
            return None
        shape = shape.of(node.data)
        items = []
        for entry in self._kept(node, shape):
            first, *more = self._value(entry, "", shape.inside(entry.location[-1]), flow=True)
            if more:
                return None
            items.append(first if is_list else f"{_spelt(entry)}: {first}")
        line = f"{brackets[0]}{', '.join(items)}{brackets[1]}"
        return line if len(line) <= scalars.WIDTH else None

    def _value(self, entry: Entry, indent: str, shape: Shape, *, flow: bool = False) -> list[str]:
        node: Node = entry.node
        if isinstance(node, Collection):
            return [self._line(node, shape) or ""]
        changed = self.changes.get(entry.location)
        if changed is None and not isinstance(node.data, str):
            return [scalars.number(node.data, node.raw)]
        # What is plain in a block may end an item in a flow.
        style = "double" if changed is not None and flow and not changed.isalnum() else node.style
        text = str(node.data) if changed is None else changed
        return scalars.text(text, style, indent, fold=entry.location[-1] not in _NEVER_FOLDED)

    def _with_comment(self, line: str, where: Location) -> str:
        """The line and its comment, in the author's column if there is room."""
        comment = self.comments.beside.get(where)
        return line if comment is None else f"{line}{' ' * max(2, comment.column - len(line))}{comment.text}"


def _key(entry: Entry) -> str:
    return str(entry.location[-1])


def _spelt(entry: Entry) -> str:
    key = _key(entry)
    as_written = entry.key_style == "plain" and "\n" not in key and not scalars.misread(key)
    bare = as_written or scalars.is_plain(key)
    return key if bare else scalars.double(key)


def _without_blanks(lines: list[str]) -> Iterator[str]:
    """The lines from the first that is not blank."""
    number = next((number for number, line in enumerate(lines) if line), len(lines))
    return iter(lines[number:])


def _indented(lines: Iterable[str], indent: str) -> Iterator[str]:
    for line in lines:
        yield f"{indent}{line}" if line else ""
