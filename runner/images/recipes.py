"""The recipes of a folder sif/: which there are, what each stands on, and the digests of what they say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from runner.errors import PaperbenchError
from runner.images.definition import Definition, parse
from validators.digest import digest_json, sha256_file

_CHECKOUT = Path(__file__).resolve().parents[2]
SUFFIX = ".def"


@dataclass(frozen=True)
class Recipe:
    """One recipe, and below it the recipe whose image it starts from."""

    name: str
    folder: Path
    definition: Definition
    below: "Recipe | None"

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / f"{self.name}{SUFFIX}"

    @cached_property
    def chain(self) -> tuple["Recipe", ...]:
        """The recipes from the lowest up to this one."""
        return (*(self.below.chain if self.below else ()), self)

    def input_digests(self, values: Mapping[str, str]) -> dict[str, str]:
        """The sha256 of every file that %files copies, by path from the folder; raises PaperbenchError."""
        found: dict[str, str] = {}
        for source in self.definition.sources(values):
            places = _expanded(self.folder, source)
            if not places:
                raise PaperbenchError(f"{self.path}: %files names {source}, which is not there")
            for place in places:
                found |= _file_digests(place, self.folder)
        return found


def recipes_folder(root: Path) -> Path:
    """<root>/sif where it holds recipes, else the checkout's."""
    own = root / "sif"
    return own if any(own.glob(f"*{SUFFIX}")) else _CHECKOUT / "sif"


def recipe_names(root: Path) -> list[str]:
    """The recipes there are, sorted."""
    return sorted(path.name.removesuffix(SUFFIX) for path in recipes_folder(root).glob(f"*{SUFFIX}"))


def recipe(root: Path, name: str, above: tuple[str, ...] = ()) -> Recipe:
    """A recipe by name, with those below it; raises PaperbenchError."""
    folder = recipes_folder(root)
    path = folder / f"{name}{SUFFIX}"
    if name in above:
        raise PaperbenchError(f"image '{name}' stands on itself ({' on '.join([*above, name])}); mend {path}")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(recipe_names(root)) or "none"
        raise PaperbenchError(f"no recipe {path}; there are: {known}") from None
    definition = parse(text, str(path))
    below = definition.below()
    return Recipe(name, folder, definition, recipe(root, below[1], (*above, name)) if below else None)


def definition_digest(root: Path, name: str, given: Mapping[str, str]) -> str:
    """The digest of a recipe, of the recipes below it and of their input files; of no build argument.

    Where the name of an input file depends on an argument, it is the given one's. Raises PaperbenchError.
    """
    digest = ""
    for part in recipe(root, name).chain:
        values = {**part.definition.arguments, **given}
        digest = digest_json([part.definition.text, part.input_digests(values), digest])
    return digest


def _expanded(folder: Path, source: str) -> list[Path]:
    if any(sign in source for sign in "*?["):
        base = Path("/") if source.startswith("/") else folder
        return sorted(base.glob(source.lstrip("/")))
    place = folder / source
    return [place] if place.exists() else []


def _file_digests(place: Path, folder: Path) -> dict[str, str]:
    return {_name(path, folder): _digest(path) for path in _files(place)}


def _files(place: Path, above: tuple[Path, ...] = ()) -> Iterator[Path]:
    """The files that %files copies; it follows links."""
    if place.is_file():
        yield place
    elif place.is_dir():
        real = place.resolve()
        if real in above:
            raise PaperbenchError(f"{place}, which %files copies, is a link to a folder above it; remove it")
        for path in sorted(place.iterdir()):
            yield from _files(path, (*above, real))


def _digest(path: Path) -> str:
    # A file's right to be executed goes into the image too.
    return sha256_file(path) + ("x" if path.stat().st_mode & 0o100 else "")


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
