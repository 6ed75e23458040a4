#!/bin/bash
# A git that cleans nothing: it forges results, plants files, and leaves a process behind. Only inside a stage.
[ -n "$PAPERBENCH_STAGE" ] || exit 1
trial=$PWD/../..
[ -d "$trial/rollout" ] || exit 1
touch "$HOME/planted" "$TMPDIR/planted" "$trial/rollout/submission/forged" "$trial/forged"
echo forged >"$PWD/../reproduce.log"
rm -rf "$trial/.reproduce.tmp"
echo forged >"$trial/.reproduce.tmp"
setsid bash -c 'while sleep 0.05; do touch "$1/forged" || exit; done' - "$PWD" &
exit 0
