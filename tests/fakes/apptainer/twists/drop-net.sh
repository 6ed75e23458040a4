# Lets containers keep the machine's network.
for word; do
  shift
  case $word in
  --net | --network) ;;
  none) ;;
  *) set -- "$@" "$word" ;;
  esac
done
