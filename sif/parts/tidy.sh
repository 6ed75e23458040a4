#!/bin/sh
# tidy.sh: take away what the build alone needed.
# Never /tmp or /var/tmp: while an image is built, those are the machine's own.
set -eu
echo "==> tidying"
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /root/.cache /opt/paperbench
