# Has the image's first try last for a minute.
count=$(($# - 3))
for word; do
  shift
  [ "$count" -gt 0 ] && set -- "$@" "$word"
  count=$((count - 1))
done
set -- "$@" sleep 60
