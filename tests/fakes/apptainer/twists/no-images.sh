# As where images can be neither mounted nor unpacked for one start.
case " $* " in
*.sandbox*) ;;
*" --unsquash "*)
  echo 'FATAL:   while extracting: root filesystem extraction failed: write error: no space left on device' >&2
  exit 255
  ;;
*)
  echo 'FATAL:   container creation failed: mount hook function failure: mount /proc/self/fd/3->/var/lib/apptainer/mnt/session/rootfs error: while mounting image /proc/self/fd/3: squashfuse_ll exited with status 1: fuse: failed to open /dev/fuse: Permission denied' >&2
  exit 255
  ;;
esac
