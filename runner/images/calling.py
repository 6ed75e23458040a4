"""How a build calls Apptainer: its environment, and what of the caller's its scripts may have."""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runner.apptainer.build import Build
from runner.apptainer.command import INSIDE, Bind, Places
from runner.errors import PaperbenchError
from runner.images.arguments import Wanted

# A bundle of the caller's certificate authorities, the first of these that is a file.
_BUNDLES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_BUNDLE_NAMES = (*_BUNDLES, "GIT_SSL_CAINFO")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
# Where package indexes are; the scripts need to know, the image keeps none of it.
_INDEXES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_PYTHON_INSTALL_MIRROR",
)
_REGISTRIES = ("APPTAINER_DOCKER_USERNAME", "APPTAINER_DOCKER_PASSWORD", "APPTAINER_NOHTTPS", "SSL_CERT_DIR")
_BUNDLE = "ca.pem"
LOGIN = re.compile(r"//[^/@\s]+@")
# debootstrap and its like are in root's folders only.
_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Workshop:
    """One build's own folder: what Apptainer unpacks and caches, and the scripts' /tmp and /var/tmp.

    While an image is built, its scripts would else have the machine's own /tmp and /var/tmp.
    """

    folder: Path

    def make(self, caller: Mapping[str, str]) -> None:
        """Make its folders, and lay the caller's certificate authorities in."""
        for name in ("unpacked", "cache", "tmp", "var-tmp"):
            (self.folder / name).mkdir()
        if found := bundle(caller):
            shutil.copyfile(found, self.folder / "tmp" / _BUNDLE)

    @property
    def binds(self) -> tuple[Bind, ...]:
        """What the scripts see instead of the machine's own folders."""
        return (Bind(self.folder / "tmp", "/tmp"), Bind(self.folder / "var-tmp", "/var/tmp"))  # noqa: S108

    def environment(self, caller: Mapping[str, str]) -> dict[str, str]:
        """All that Apptainer has, and by its prefix all that the scripts have."""
        inside = {name: caller[name] for name in (*_PROXIES, *_INDEXES) if name in caller}
        if bundle(caller):
            inside |= dict.fromkeys(_BUNDLE_NAMES, f"/tmp/{_BUNDLE}")  # noqa: S108
        own = caller_environment(self.folder, caller)
        return own | {f"{INSIDE}{name}": value for name, value in inside.items()}


def caller_environment(folder: Path, caller: Mapping[str, str] | None = None) -> dict[str, str]:
    """Apptainer's environment for builds and registries: logins, proxies and authorities of the caller's."""
    caller = os.environ if caller is None else caller
    home = caller.get("HOME") or str(Path("~").expanduser())
    configuration = caller.get("APPTAINER_CONFIGDIR") or f"{home}/.apptainer"
    places = Places(folder / "unpacked", folder / "cache", Path(configuration))
    own = places.environment(caller)
    taken = {name: caller[name] for name in (*_PROXIES, *_REGISTRIES, "SSL_CERT_FILE") if name in caller}
    return own | taken | {"PATH": f"{own['PATH']}:{_SBIN}"}


def bundle(caller: Mapping[str, str]) -> Path | None:
    """The file of certificate authorities that the caller uses."""
    named = (Path(caller[name]) for name in _BUNDLES if caller.get(name))
    return next((path for path in named if path.is_file()), None)


def build_call(
    image: Wanted,
    arguments: Mapping[str, str],
    workshop: Workshop,
    target: Path,
    below: Path | None,
    *,
    fakeroot: bool,
) -> Build:
    """The call that builds an image into the target, upon the file of the image below it.

    Raises PaperbenchError for an argument with a login, which would stay in the image.
    """
    for name, value in arguments.items():
        if LOGIN.search(value):
            raise PaperbenchError(
                f"build argument '{name}' holds a login, which would stay in image '{image.recipe.name}'; "
                "give an address without one"
            )
    link = image.recipe.definition.below()
    own = {link[0]: str(below)} if link is not None and below is not None else {}
    return Build(target, image.recipe.path, {**arguments, **own}, fakeroot, workshop.binds)
