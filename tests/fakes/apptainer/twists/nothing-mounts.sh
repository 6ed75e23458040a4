# As where images can be used in no way at all.
case " $* " in
*.sandbox*)
  echo 'FATAL:   could not open the folder: permission denied' >&2
  exit 255
  ;;
*" --unsquash "*)
  echo 'FATAL:   while extracting: root filesystem extraction failed: write error: no space left on device' >&2
  exit 255
  ;;
*)
  echo 'FATAL:   container creation failed: mount hook function failure: mount /proc/self/fd/3->/var/lib/apptainer/mnt/session/rootfs error: while mounting image /proc/self/fd/3: squashfuse_ll exited with status 1: fuse: failed to open /dev/fuse: Permission denied' >&2
  exit 255
  ;;
esac
