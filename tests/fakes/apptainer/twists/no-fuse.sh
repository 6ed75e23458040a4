# As where there is no /dev/fuse: the words are Apptainer's own.
case " $* " in
*" --unsquash "* | *.sandbox*) ;;
*)
  echo 'FATAL:   container creation failed: mount hook function failure: mount /proc/self/fd/3->/var/lib/apptainer/mnt/session/rootfs error: while mounting image /proc/self/fd/3: squashfuse_ll exited with status 1: fuse: failed to open /dev/fuse: Permission denied' >&2
  exit 255
  ;;
esac
