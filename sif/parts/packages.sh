#!/bin/sh
# packages.sh LIST [PACKAGE..]: install the distribution's packages that a file lists, one a line, and more.
set -eu
list=$1
shift
wanted="$(sed 's/#.*//' "$list") $*"
if ! command -v apt-get > /dev/null; then
    echo "==> failed: what this image starts from has no apt-get; start from a Debian or an Ubuntu that has" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Manuals and translations are half of many packages, and no program reads them. Nothing here must survive
# a crash: an image that was not finished is thrown away.
cat > /etc/dpkg/dpkg.cfg.d/paperbench <<'END'
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-include=/usr/share/doc/*/copyright
force-unsafe-io
END
# In a user's namespace there is no other user to fetch as; signatures are checked, ages of mirrors are not.
apt() {
    apt-get -q -y -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 "$@"
}
if [ -z "$(echo $wanted)" ]; then
    echo "==> no packages of the distribution"
    exit 0
fi
# A bootstrap of Ubuntu leaves out the component that has venv and pip.
if grep -q '^ID=ubuntu' /etc/os-release && [ -f /etc/apt/sources.list ]; then
    sed -i -E '/^deb / { /universe/! s/ main/ main universe/ }' /etc/apt/sources.list
fi
echo "==> list of the distribution's packages"
apt update
echo "==> packages of the distribution"
# shellcheck disable=SC2086
apt install --no-install-recommends $wanted
