#!/bin/sh
# pythons.sh VERSION..: have each of these Pythons, with venv and pip, on PATH as python3.11 and the like.
# The distribution has one of them; the others are uv's managed Pythons, which come over the internet.
set -eu
own=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# As in a container that is thrown away: pip may install beside the distribution's packages.
rm -f /usr/lib/python3*/EXTERNALLY-MANAGED
for version in "$@"; do
    if [ "$version" = "$own" ]; then
        continue
    fi
    echo "==> Python $version"
    if [ ! -x /opt/paperbench/uv/bin/uv ]; then
        python3 -m venv /opt/paperbench/uv
        /opt/paperbench/uv/bin/python -m pip install -q --no-cache-dir uv || {
            echo "==> failed: uv, which fetches Python $version, cannot be installed from the package index;" \
                "build where it answers, or with build argument pythons: \"$own\"" >&2
            exit 1
        }
    fi
    export UV_PYTHON_INSTALL_DIR=/opt/python UV_NO_CACHE=1
    if ! /opt/paperbench/uv/bin/uv python install --no-bin --managed-python "$version"; then
        echo "==> failed: Python $version cannot be fetched from here (the distribution has $own only);" \
            "build where the internet answers, name a mirror in UV_PYTHON_INSTALL_MIRROR," \
            "or build with argument pythons: \"$own\"" >&2
        exit 1
    fi
    found=$(/opt/paperbench/uv/bin/uv python find --no-project --managed-python "$version")
    find /opt/python -name EXTERNALLY-MANAGED -delete
    ln -sf "$(readlink -f "$found")" "/usr/local/bin/python$version"
    "/usr/local/bin/python$version" -m ensurepip --upgrade >/dev/null
done
