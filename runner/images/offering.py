"""What `paperbench build` answers: facts for programs and text for people."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runner.apptainer.command import INSIDE
from runner.images.arguments import Wanted, counted_arguments
from runner.images.building import Builder
from runner.images.calling import LOGIN, Workshop
from runner.images.definition import filled
from runner.images.packages import packages_file
from runner.images.recipes import recipe, recipe_names
from runner.images.site import ImageSite
from runner.images.starting import Note, chosen
from runner.images.steps import Line

_SHOWN = ("APPTAINER_", INSIDE)
Answer = tuple[list[dict[str, Any]], str]


def wanted_images(place: ImageSite, names: Sequence[str], note: Note, *, ask: bool) -> list[Wanted]:
    """The images of these recipes, or of all, the lower ones first; raises PaperbenchError.

    Unless ask, no registry is asked, and it is taken that one answers.
    """
    named = [recipe(place.root, name) for name in dict.fromkeys(names or recipe_names(place.root))]
    return [chosen(one, place, note, ask=ask) for one in sorted(named, key=lambda one: len(one.chain))]


def built(place: ImageSite, images: Sequence[Wanted], line: Line) -> Answer:
    """Build what is missing."""
    facts, lines = [], []
    builder = Builder(place, line.note, line.step, often=line.over)
    for image in images:
        entry = builder.ensure(image)
        path = place.kept.sif(image.stem)
        packages_file(path, place.kept.packages(image.stem), place.scratch, line.note)
        facts.append({**entry.model_dump(mode="json"), "path": str(path)})
        lines.append(f"{image.recipe.name:<12} {path}  sha256 {entry.sha256[:12]}  {_size(entry.bytes)}")
    return facts, "\n".join(lines)


def planned(place: ImageSite, images: Sequence[Wanted]) -> Answer:
    """The very commands, and the definitions as they would be read, of what is missing; nothing is done."""
    facts: list[dict[str, Any]] = []
    lines: list[str] = []
    for image in {part.stem: part for whole in images for part in whole.chain}.values():
        there = place.kept.sif(image.stem).exists()
        one = _plan(place, image)
        facts.append({**one, "built": there})
        lines += [f"# {image.stem}: {'is there' if there else 'to be built'}"]
        if not there:
            variables = [f"{name}={shlex.quote(value)}" for name, value in one["environment"].items()]
            lines += [f"cd {shlex.quote(one['folder'])}", " ".join([*variables, shlex.join(one["argv"])])]
            lines += [*(f"    {text}".rstrip() for text in one["definition"].splitlines()), ""]
    return facts, "\n".join(lines)


def _plan(place: ImageSite, image: Wanted) -> dict[str, Any]:
    """How an image is built; folder and file names that a build chooses anew are shown with a *."""
    workshop = Workshop(place.scratch / "paperbench-build-*")
    below = place.kept.sif(image.below.stem) if image.below else None
    target = place.kept.folder / f".{image.stem}.*.tmp"
    builder = Builder(place, print, print)
    link = image.recipe.definition.below()
    arguments = {**builder.arguments(image), **({link[0]: str(below)} if link else {})}
    environment = workshop.environment(os.environ)
    return {
        "name": image.recipe.name,
        "digest": image.digest,
        "path": str(place.kept.sif(image.stem)),
        "folder": str(image.recipe.folder),
        "argv": list(builder.argv(image, workshop, target, below)),
        "environment": {k: _shown(k, v) for k, v in environment.items() if k.startswith(_SHOWN)},
        "definition": LOGIN.sub("//...@", filled(image.recipe.definition.text, arguments)),
    }


def _shown(name: str, value: str) -> str:
    """A variable's value without passwords."""
    return "..." if "PASSWORD" in name else LOGIN.sub("//...@", value)


def listed(place: ImageSite, images: Sequence[Wanted]) -> Answer:
    """Each recipe's image, whether it is there, and its size."""
    facts: list[dict[str, Any]] = []
    for image in images:
        path = place.kept.sif(image.stem)
        entry = place.kept.entry(image.recipe.name, image.digest) if path.exists() else None
        facts.append(
            {
                "name": image.recipe.name,
                "digest": image.digest,
                "path": str(path),
                "built": path.exists(),
                "bytes": path.stat().st_size if path.exists() else None,
                "sha256": entry.sha256 if entry else None,
                "arguments": counted_arguments(image),
            }
        )
    lines = [
        f"{one['name']:<12} {Path(str(one['path'])).name:<34} "
        + (f"{_size(one['bytes'])}, sha256 {(one['sha256'] or '?')[:12]}" if one["built"] else "not built")
        for one in facts
    ]
    return facts, "\n".join([*lines, f"in {place.kept.folder}"])


def _size(count: int) -> str:
    return f"{count / 1e6:.0f} MB"
