# Tries to reach the machine's kernel from inside; only ever what already stands there is written back.
try() { if "$@" 2>/dev/null; then echo "worked: $*"; else echo "refused: $*"; fi; }
again() { cat "$1" > "$HOME/value" 2>/dev/null; cat "$HOME/value" > "$1"; }
for file in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/vm/overcommit_memory \
  /proc/sys/kernel/printk /proc/sys/fs/binfmt_misc/status; do
  [ -e "$file" ] && try again "$file"
done
[ -e /proc/sysrq-trigger ] && try test -w /proc/sysrq-trigger
for file in /proc/irq /proc/bus /proc/fs /proc/kcore /proc/kmsg; do
  [ -e "$file" ] && try test -w "$file"
done
for file in /etc/hosts /etc/localtime /proc/mtrr /proc/driver \
  /sys/power/state /sys/kernel/uevent_helper /sys/fs/cgroup/cgroup.procs; do
  [ -e "$file" ] && try test -w "$file"
done
for disk in /dev/vda /dev/sda /dev/nvme0n1 /dev/mem /dev/kmsg /dev/fuse /dev/loop0; do
  [ -e "$disk" ] && try head -c 1 "$disk"
done
try mount -o remount,rw /
try mount -o remount,rw /proc/sys
try umount /proc/sys
try umount /proc/sysrq-trigger
try mount -t tmpfs none /mnt
try mknod "$HOME/disk" b 254 0
try chroot / true
try unshare -Urm mount -o remount,rw /proc/sys
try unshare -Urm umount /proc/sys
try unshare -Urm umount -l /proc
try unshare -Urm mount -o remount,rw /
try unshare -Urmpf mount -t proc none /mnt
try unshare -Urm sh -c 'umount /proc/sys; cat /proc/sys/kernel/core_pattern > /tmp/c; cat /tmp/c > /proc/sys/kernel/core_pattern'
try kill -0 $PPID
[ "$(id -u)" = 0 ] && find /proc -path '/proc/[0-9]*' -prune -o -path /proc/self -prune -o \
  -type f -writable -print 2>/dev/null | sed 's/^/worked: write /'
cat /proc/mounts | sed 's/^/mounted /'
grep -E 'CapEff|CapPrm|CapBnd|NoNewPrivs' /proc/self/status
