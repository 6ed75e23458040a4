"""Why images cannot be built here, and the remedy: seen before a build, or in what a failed one said."""

import getpass
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.apptainer.calls import GET_IT
from runner.apptainer.command import PROGRAM
from runner.processes import output_of

ELSEWHERE = (
    "or build on another host and name the file in the run: "
    "images: {reproduce: {sif: PATH or URL, sha256: ..}}"
)


@dataclass(frozen=True)
class Machine:
    """What of the machine decides whether images can be built; root is where its files are looked for."""

    path: str
    root: Path = Path("/")
    uid: int = 0
    user: str = "root"

    def says(self, name: str) -> str:
        """A small file's text, empty where there is none."""
        try:
            return (self.root / name).read_text().strip()
        except OSError:
            return ""

    def has(self, program: str) -> bool:
        """Whether a program is on PATH."""
        return shutil.which(program, path=self.path) is not None

    @property
    def has_subuid(self) -> bool:
        """Whether the user has ids to map: in the files, or in what else the machine asks for them."""
        lines = (self.says("etc/subuid").splitlines(), self.says("etc/subgid").splitlines())
        names = {self.user, str(self.uid)}
        in_files = all(any(line.split(":")[0] in names for line in file) for file in lines)
        return in_files or self._is_given_subuid()

    def _is_given_subuid(self) -> bool:
        program = shutil.which("getsubids", path=self.path)
        return program is not None and all(
            output_of([program, *options, self.user]) for options in ([], ["-g"])
        )

    @property
    def has_all_capabilities(self) -> bool:
        """Whether no capability is missing from the bounding set."""
        status = dict(
            line.split(":", 1) for line in self.says("proc/self/status").splitlines() if ":" in line
        )
        last = self.says("proc/sys/kernel/cap_last_cap") or "0"
        every = (1 << (int(last) + 1)) - 1
        return int(status.get("CapBnd", "0").strip(), 16) & every == every

    @property
    def needs_fakeroot(self) -> bool:
        """Whether root needs a namespace to build in."""
        return self.uid == 0 and not self.has_all_capabilities

    @property
    def needs_namespace(self) -> bool:
        """Whether nothing can be built without a namespace."""
        return self.uid != 0 or self.needs_fakeroot


def machine(path: str) -> Machine:
    """This machine, for the caller, with programs looked for on this PATH."""
    uid = os.geteuid()
    try:
        user = getpass.getuser() if uid else "root"
    except (KeyError, OSError):
        user = str(uid)
    return Machine(path, uid=uid, user=user)


def hindrance(here: Machine, arguments: Mapping[str, str]) -> str | None:
    """What keeps an image with these arguments from being built here, as far as it can be known before."""
    if not here.has(PROGRAM):
        return GET_IT
    if here.needs_namespace and here.says("proc/sys/user/max_user_namespaces") == "0":
        return _forbidden("/proc/sys/user/max_user_namespaces is 0")
    if here.needs_fakeroot and not here.has_subuid:
        return (
            "root lacks capabilities on this machine and has no ids to map: add the line "
            f"'root:1000000:65536' to /etc/subuid and /etc/subgid, or build as an ordinary user, {ELSEWHERE}"
        )
    if here.uid and not here.has_subuid and not here.has("fakeroot"):
        return (
            f"user {here.user} has no line in /etc/subuid and /etc/subgid, and there is no command fakeroot "
            f"to do without: ask for one of the two, {ELSEWHERE}"
        )
    if arguments.get("bootstrap") == "debootstrap" and not here.has("debootstrap"):
        return (
            "no registry answers, or the site says so, and debootstrap is not on PATH: install it, or name "
            "an image or a tarball to start from (images.bootstrap and images.source of the site), "
            f"{ELSEWHERE}"
        )
    return None


def _forbidden(how: str) -> str:
    return f"user namespaces are not allowed here ({how}): ask the site to allow them, {ELSEWHERE}"


# Apptainer's own words: scripts may say the like of something else.
_NAMESPACES = re.compile(r"(?:FATAL|ERROR)\b.*(?:user namespace|newuidmap|uid_map)")
_NETWORK = (
    "pinging container registry",
    "no such host",
    "Could not resolve",
    "Temporary failure resolving",
    "Network is unreachable",
    "Connection refused",
    "connection refused",
    "i/o timeout",
    "Invalid Release file",
    "Name or service not known",
)
_AUTHORITIES = ("CERTIFICATE_VERIFY_FAILED", "x509:", "certificate verify failed")


def diagnosed(here: Machine, said: str) -> str | None:
    """What a failed build died of, with the remedy, where its last lines tell."""
    if "no space left on device" in said.lower() or "disk quota exceeded" in said.lower():
        return (
            "the disk is full: make room, or name others as images.scratch (while building) and images.folder"
        )
    if "could not use fakeroot" in said:
        return (
            f"user {here.user} has no ids to map in /etc/subuid and /etc/subgid: ask for a line, {ELSEWHERE}"
        )
    if _NAMESPACES.search(said):
        return _forbidden(_refused(here))
    if any(words in said for words in _AUTHORITIES):
        return (
            "the network's certificates are signed by an authority that is not known: name the file of "
            "authorities in SSL_CERT_FILE"
        )
    if any(words in said for words in _NETWORK):
        return (
            "what the image is made from cannot be fetched from here: build where there is a network, name a "
            f"local image or a tarball to start from (images.bootstrap of the site), {ELSEWHERE}"
        )
    return None


def _refused(here: Machine) -> str:
    if here.says("proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "kernel.unprivileged_userns_clone is 0"
    if here.says("proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "AppArmor restricts them: kernel.apparmor_restrict_unprivileged_userns is 1"
    return "the kernel refuses them"
