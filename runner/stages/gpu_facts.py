"""GPUs as their vendor's tool on the host tells of them."""

import csv
import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from runner.processes import output_of
from validators.models.records import Gpu

PATIENCE_SECONDS = 30.0
COLUMNS = ("index", "uuid", "name", "driver_version", "memory.total")
NVIDIA = ("nvidia-smi", f"--query-gpu={','.join(COLUMNS)}", "--format=csv,noheader,nounits")
AMD = ("rocm-smi", "--showproductname", "--showdriverversion", "--showmeminfo", "vram", "--json")
CARD_NAMES = ("card series", "card model", "device name")
MIB_A_GIB = 1 << 10
GIB = 1 << 30


def gpu_facts(vendor: Literal["nvidia", "amd"], devices: tuple[str, ...]) -> tuple[Gpu, ...]:
    """What the tool tells of these devices; nothing where there is no tool, or it fails."""
    if not devices:
        return ()
    said = _said(NVIDIA if vendor == "nvidia" else AMD, os.environ.get("PATH"))
    return nvidia(said, devices) if vendor == "nvidia" else amd(said, devices)


@cache
def _said(argv: tuple[str, ...], path: str | None) -> str:  # noqa: ARG001  another PATH has another tool
    """What the tool on this PATH says, asked once as it may take seconds, also where it hangs or fails."""
    return output_of(list(argv), timeout=PATIENCE_SECONDS) or ""


def nvidia(said: str, devices: tuple[str, ...]) -> tuple[Gpu, ...]:
    """The lines of nvidia-smi about the devices, which are numbers, or UUIDs that may be cut short."""
    rows = [[cell.strip() for cell in row] for row in csv.reader(said.splitlines())]
    whole = [row for row in rows if len(row) == len(COLUMNS) and row[2]]
    return tuple(
        Gpu(device=device, model=name, driver=_known(driver), memory_gib=_gib(memory, MIB_A_GIB))
        for device in devices
        for index, uuid, name, driver, memory in whole
        if device == index or (device.startswith("GPU-") and uuid.startswith(device))
    )


def amd(said: str, devices: tuple[str, ...]) -> tuple[Gpu, ...]:
    """The cards of rocm-smi's JSON with these numbers; its keys differ in case from version to version."""
    try:
        cards = {str(name).lower(): _lowered(card) for name, card in json.loads(said).items()}
    except (ValueError, AttributeError):
        return ()
    driver = cards.get("system", {}).get("driver version")
    return tuple(_amd(device, cards, driver) for device in devices if f"card{device}" in cards)


def _lowered(card: Mapping[str, Any]) -> dict[str, str]:
    return {str(key).lower(): str(value) for key, value in card.items()}


def _amd(device: str, cards: Mapping[str, Mapping[str, str]], driver: str | None) -> Gpu:
    card = cards[f"card{device}"]
    names = (card[key] for key in CARD_NAMES if card.get(key))
    return Gpu(
        device=device,
        model=next(names, "unknown"),
        driver=driver or None,
        memory_gib=_gib(card.get("vram total memory (b)", ""), GIB),
    )


def _known(text: str) -> str | None:
    """What the tool says, unless it is [N/A] or the like."""
    return None if text.startswith("[") else text or None


def _gib(number: str, unit: int) -> float | None:
    """A number of units as GiB; None for [N/A] and the like."""
    try:
        return round(int(number) / unit, 1)
    except ValueError:
        return None
