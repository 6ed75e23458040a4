# Leaves out what gives a container processes of its own.
for word; do
  shift
  case $word in
  --containall) set -- "$@" --contain --cleanenv ;;
  *) set -- "$@" "$word" ;;
  esac
done
