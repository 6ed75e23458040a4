# Removes what git does not track from the work folder, and keeps what it ignores.
# The repository is the submission's own: nothing it configures is run where git lets one say so.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
command -v git >/dev/null || exit 127
exec git --git-dir=.git --work-tree=. -c safe.directory='*' -c core.fsmonitor=false -c core.hooksPath=/dev/null \
  clean -ffd --quiet
