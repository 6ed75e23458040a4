# As where images can be neither mounted nor unpacked for one start.
case " $* " in
*.sandbox*) ;;
*)
  echo 'FATAL:   while extracting: root filesystem extraction failed: write error: no space left on device' >&2
  exit 255
  ;;
esac
