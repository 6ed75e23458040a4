"""The cases as files: where they lie and how they are laid out for a test."""

import shutil
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"
VALID, INVALID, ROOT = CASES / "valid", CASES / "invalid", CASES / "root"
CHECKOUT = CASES.parents[1]


def valid_documents() -> list[Path]:
    """One full document of each kind."""
    return sorted(path for path in VALID.glob("*.yaml") if "-" not in path.stem)


def valid_cases() -> list[Path]:
    """What a rule, whose code begins the name, has nothing against though it comes near."""
    return sorted(path for path in VALID.iterdir() if "-" in path.stem)


def invalid_cases() -> list[Path]:
    """Single files, and folders that are laid over the good root."""
    return sorted(path for path in INVALID.iterdir() if path.suffix != ".expected")


def expected(case: Path) -> Path:
    """The findings of a case, a line each."""
    return case / "findings.expected" if case.is_dir() else case.with_suffix(".expected")


def lay_out(case: Path, folder: Path) -> Path:
    """Copy the case into the folder; what to check."""
    if case.is_file():
        shutil.copy(case, folder)
        return folder / case.name
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".cache"))
    aside = shutil.ignore_patterns("*.expected")
    shutil.copytree(case, folder, symlinks=True, dirs_exist_ok=True, ignore=aside)
    return folder
