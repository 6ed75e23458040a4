"""The build arguments of each recipe at a site, and the digest that names its image."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runner.errors import PaperbenchError
from runner.images.definition import argument_named, filled
from runner.images.recipes import Recipe
from validators.digest import digest_json, sha256_file

# Bootstraps that start from a file of the machine.
FROM_FILES = frozenset({"localimage", "docker-archive", "oci-archive"})
NONE = "none"
SHORT = 12


@dataclass(frozen=True)
class Wanted:
    """One image that is to be: its recipe, its arguments, and the digest of all that goes into it.

    counted are the arguments that the digest depends on; start is the sha256 of the file of the machine that
    the lowest image starts from, None where it starts from none.
    """

    recipe: Recipe
    arguments: Mapping[str, str]
    counted: Mapping[str, str]
    digest: str
    start: str | None
    below: "Wanted | None"

    @property
    def stem(self) -> str:
        """The image's file name without its ending."""
        return f"{self.recipe.name}-{self.digest[:SHORT]}"

    @property
    def chain(self) -> "tuple[Wanted, ...]":
        """The images from the lowest up to this one."""
        return (*(self.below.chain if self.below else ()), self)


def refuse_unknown(recipes: Iterable[Recipe], given: Mapping[str, str]) -> None:
    """Raise PaperbenchError for an argument that none of the recipes has, reading no more than it must."""
    known: set[str] = set()
    for recipe in recipes:
        known |= {name for part in recipe.chain for name in part.definition.arguments}
        if known.issuperset(given):
            return
    if unknown := sorted(set(given) - known):
        names = ", ".join(sorted(known)) or "none"
        raise PaperbenchError(f"no recipe has the build argument '{unknown[0]}'; there are: {names}")


def wanted(
    recipe: Recipe, given: Mapping[str, str], start: Mapping[str, str], known: str | None = None
) -> Wanted:
    """The image of a recipe: each in its chain takes those of the given arguments that it has.

    start holds the lowest one's own. known is the sha256 of the file that an argument names to start from:
    then it need not be there. Raises PaperbenchError for input files that are not there.
    """
    below = wanted(recipe.below, given, start, known) if recipe.below else None
    defaults = recipe.definition.arguments
    offered = {**defaults, **given, **(start if below is None else {})}
    arguments = {name: offered[name] for name in defaults}
    file = _start_file(recipe, arguments)
    if below is not None:
        begin = below.start
    elif known is not None and argument_named(file):
        begin = known
    else:
        begin = _start_digest(recipe, filled(file, arguments))
    # Where an image's bytes come from is not what they are.
    places = {argument_named(file), argument_named(recipe.definition.header.get("mirrorurl", ""))}
    counted = {name: value for name, value in arguments.items() if name not in places}
    inputs = recipe.input_digests(arguments)
    digest = digest_json([recipe.definition.text, counted, inputs, below.digest if below else begin])
    return Wanted(recipe, arguments, counted, digest, begin, below)


def _start_file(recipe: Recipe, arguments: Mapping[str, str]) -> str:
    """What names the file of the machine that the image starts from, as written; empty for none."""
    header = recipe.definition.header
    bootstrap = filled(header["bootstrap"], arguments)
    if bootstrap == "oci":
        raise PaperbenchError(
            f"{recipe.path} starts from a folder (Bootstrap: oci); pack it, and start from oci-archive"
        )
    if bootstrap in FROM_FILES:
        return header.get("from", "")
    return "{{ tarball }}" if bootstrap == "scratch" and "tarball" in arguments else ""


def _start_digest(recipe: Recipe, path: str) -> str | None:
    """The sha256 of the file that the image starts from, where it is one."""
    if path in ("", NONE):
        return None
    file = recipe.folder / path
    if not file.is_file():
        raise PaperbenchError(f"image '{recipe.name}' starts from {file}, which is no file; name one")
    return sha256_file(file)


def counted_arguments(image: Wanted) -> dict[str, str]:
    """The arguments that the image's digest depends on, those of the images below it included."""
    return {name: value for part in image.chain for name, value in part.counted.items()}
