"""What the lowest image starts from at a site: a registry, debootstrap, an image or a tarball."""

import tarfile
from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from runner.apptainer.calls import ApptainerError
from runner.apptainer.command import PROGRAM
from runner.errors import PaperbenchError
from runner.images.arguments import Wanted, refuse_unknown, wanted
from runner.images.calling import caller_environment
from runner.images.exclusive import workshop_folder
from runner.images.hindrance import machine
from runner.images.recipes import Recipe, recipe_names
from runner.images.recipes import recipe as load_recipe
from runner.images.site import ImageSite
from runner.processes import output_of

_OS_RELEASE = Path("/etc/os-release")
# The release that the apt mirror of a machine can be taken to have, where it is not the recipe's own.
_RELEASES = {"ubuntu": "noble"}
_PROBE_SECONDS = 15.0
_NO_SUCH_TAG = "paperbench-asks-whether-you-are-there"
_NO_ANSWER = ("pinging container registry", "dial tcp", "no such host", "i/o timeout", "x509:")

Note = Callable[[str], None]


def chosen(recipe: Recipe, site: ImageSite, note: Note, *, ask: bool = True) -> Wanted:
    """The image of a recipe at a site: one that is there, else from what can be reached.

    Unless ask, or without Apptainer to ask with, it is taken that a registry answers. Raises PaperbenchError.
    """
    others = (load_recipe(site.root, name) for name in recipe_names(site.root))
    refuse_unknown(chain([recipe], others), site.says.arguments)
    images = ways(recipe, site)
    for level in (-1, 0):
        for image in images:
            if len(images) == 1 or site.kept.sif(image.chain[level].stem).exists():
                return image
    docker, debootstrap = images
    if not (ask and machine(caller_environment(Path())["PATH"]).has(PROGRAM)):
        return docker
    reference = docker.chain[0].arguments["from"]
    asked = registry_silent.cache_info().currsize
    why = registry_silent(reference, site.scratch)
    if why is None:
        return docker
    if registry_silent.cache_info().currsize > asked:
        note(f"no registry gives {reference} ({why}); starting from debootstrap")
    return debootstrap


def ways(recipe: Recipe, site: ImageSite) -> list[Wanted]:
    """The images that a recipe can have at a site: one, or from docker and from debootstrap."""
    given = site.says.arguments
    if "bootstrap" in given:
        raise PaperbenchError("say images.bootstrap in the site's profile, not images.arguments.bootstrap")
    if "bootstrap" not in recipe.chain[0].definition.arguments:
        return [wanted(recipe, given, {})]
    kinds = ("docker", "debootstrap") if site.says.bootstrap == "auto" else (site.says.bootstrap,)
    return [wanted(recipe, given, start(kind, site)) for kind in kinds]


def start(kind: str, site: ImageSite) -> Mapping[str, str]:
    """The arguments of the lowest recipe for a way to start."""
    source = site.says.source
    if kind == "docker":
        return {"bootstrap": "docker"} | ({"from": source} if source else {})
    if kind == "debootstrap":
        release = _RELEASES.get(_distribution())
        return {"bootstrap": "debootstrap"} | ({"release": release} if release else {}) | site.says.arguments
    if site.source is None:
        raise PaperbenchError(f"images.bootstrap: {kind} needs images.source, its file; name it in the site")
    if kind == "local":
        return {"bootstrap": "localimage", "from": str(site.source)}
    return _from_tarball(site.source)


def _from_tarball(path: Path) -> Mapping[str, str]:
    try:
        with tarfile.open(path) as archive:
            # Its contents come first: an archive of Docker's has few members.
            names = {member.name.removeprefix("./") for _, member in zip(range(1000), archive, strict=False)}
    except (OSError, tarfile.TarError) as error:
        why = str(error).partition(":")[0]
        raise PaperbenchError(f"{path} cannot be read as a tarball ({why}); name another") from None
    if "manifest.json" in names:
        return {"bootstrap": "docker-archive", "from": str(path)}
    if "oci-layout" in names:
        return {"bootstrap": "oci-archive", "from": str(path)}
    return {"bootstrap": "scratch", "tarball": str(path)}


@cache
def registry_silent(reference: str, scratch: Path) -> str | None:
    """Why the registry of an image gives no answer; None when it answers, if only that it has no such tag.

    None also where the scratch folder cannot be written to: the build says so better. Raises PaperbenchError.
    """
    from runner.containers.starting import started  # noqa: PLC0415  it imports images

    name = reference.rpartition("/")[2].partition("@")[0].partition(":")[0]
    asked = f"docker://{reference.rpartition('/')[0]}/{name}".replace(":///", "://")
    try:
        with workshop_folder(scratch, lambda _: None) as folder:
            argv = [PROGRAM, "pull", "--disable-cache", f"{folder}/none.sif", f"{asked}:{_NO_SUCH_TAG}"]
            started(argv, caller_environment(folder), folder, _PROBE_SECONDS)
    except OSError:
        return None
    except ApptainerError as error:
        if error.status is None:
            return f"nothing within {_PROBE_SECONDS:g} seconds"
        silent = any(words in error.said for words in _NO_ANSWER)
        return error.said.split(": ")[-1] if silent else None
    return None


def mirror() -> str:
    """The mirror that this machine's apt is set up with; raises PaperbenchError."""
    asked = ["apt-get", "indextargets", "--format", "$(SITE) $(ORIGIN)", "Created-By: Packages"]
    for line in (output_of(asked) or "").splitlines():
        site, _, origin = line.partition(" ")
        if origin.lower() in ("debian", "ubuntu") and "security" not in site:
            return site
    raise PaperbenchError(
        "debootstrap needs a mirror, and apt on this machine names none; give one as build argument mirror "
        "(images.arguments of the site), or start from an image or a tarball (images.bootstrap)"
    )


def _distribution() -> str:
    try:
        lines = _OS_RELEASE.read_text().splitlines()
    except OSError:
        return ""
    return next((line[3:].strip('"') for line in lines if line.startswith("ID=")), "")
