#!/bin/sh
# packages.sh: every package in an image: the distribution's, and those of each Python on PATH.
echo "paperbench-packages:"
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
if [ -r /etc/os-release ]; then
    . /etc/os-release
    echo "# $PRETTY_NAME"
fi
if command -v dpkg-query >/dev/null; then
    echo "# dpkg"
    dpkg-query -W -f '${Package} ${Version}\n' | sort
elif command -v rpm >/dev/null; then
    echo "# rpm"
    rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE}\n' | sort
elif command -v apk >/dev/null; then
    echo "# apk"
    apk info -v | sort
fi
seen=
for python in /usr/local/bin/python3* /usr/bin/python3* /opt/*/bin/python3*; do
    case $python in *config | *-dbg) continue ;; esac
    [ -x "$python" ] || continue
    real=$(readlink -f "$python")
    case " $seen " in *" $real "*) continue ;; esac
    seen="$seen $real"
    "$python" -I -c '
import platform, sys
from importlib.metadata import distributions
print("#", sys.executable, platform.python_version())
names = {(d.metadata["Name"] or "?").lower(): d.version for d in distributions()}
for name in sorted(names):
    print(name, names[name])
' || echo "# $python does not start"
done
exit 0
