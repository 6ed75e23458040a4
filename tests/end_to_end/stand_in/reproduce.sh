#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p results
python3 -B src/train.py --episodes 200 --seed 7 --out results
echo "wrote $(ls results | wc -l) files"
