# The first thing that runs inside a container: it says what it sees, in one line, and becomes the payload.
# Only builtins of a POSIX shell, since nothing is known of the image yet.
# Arguments: how the line begins, the home folder, and then the payload's command.
say=$1
HOME=$2
export HOME
shift 2

uids=
while read -r inside outside count; do
  uids=$uids$inside:$outside:$count,
done </proc/self/uid_map

links=
while read -r name rest; do
  case $name in *:*) links=$links${name%%:*}, ;; esac
done </proc/net/dev

routes=0
while read -r name target rest; do
  case $target in Destination) ;; *) routes=$((routes + 1)) ;; esac
done </proc/net/route

capabilities=
privileges=
while read -r name value rest; do
  case $name in
  CapEff:) capabilities=$value ;;
  NoNewPrivs:) privileges=$value ;;
  esac
done </proc/self/status

# The flags of the mount and those of its file system; the last mount on / is the one that counts.
root=
while read -r id parent device origin target flags rest; do
  [ "$target" = / ] || continue
  root=rw
  case ,$flags,${rest##* }, in *,ro,*) root=ro ;; esac
done </proc/self/mountinfo
command=found
command -v "$1" >/dev/null || command=missing

unset PROMPT_COMMAND PS1 APPTAINER_APPNAME APPTAINER_BIND APPTAINER_COMMAND APPTAINER_CONTAINER \
  APPTAINER_ENVIRONMENT APPTAINER_NAME APPTAINER_NO_EVAL SINGULARITY_BIND SINGULARITY_CONTAINER \
  SINGULARITY_ENVIRONMENT SINGULARITY_NAME SINGULARITY_NO_EVAL
echo "$say uids=$uids links=$links routes=$routes parent=$PPID root=$root" \
  "capabilities=$capabilities no_new_privileges=$privileges command=$command"
exec "$@"
