#!/bin/sh
# Runs every experiment of the paper; results land in results/ beside this script.
set -eu
cd "$(dirname "$0")"
exec python3 -B run.py
