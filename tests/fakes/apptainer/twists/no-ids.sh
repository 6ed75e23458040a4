# As for a user without a line in /etc/subuid: nobody but root is there.
for word; do
  shift
  case $word in
  --fakeroot) set -- "$@" --userns --writable-tmpfs ;;
  --overlay) skipped=1 ;;
  root) [ -n "$skipped" ] && skipped= || set -- "$@" root ;;
  *) set -- "$@" "$word" ;;
  esac
done
