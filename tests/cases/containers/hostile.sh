# A submission that turns on what is around it; {outside} is a file of the machine's that is none of its business.
echo 42 > answer.txt
ln -s {outside} out; ln -s / all; ln -s /proc/self/root/etc/passwd passwd; ln -s ../../../.. up; ln -s loop loop
rm main.txt; ln -s {outside} main.txt
mkfifo pipe
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
mknod disk b 7 0 2>/dev/null && echo "made a device"
mknod null c 1 3 2>/dev/null && echo "made a device"
cp /bin/sh owned; chmod 6755 owned; mkdir sticky; chmod 7777 sticky
ln reproduce.sh hard; ln reproduce.sh /scratch/hard 2>/dev/null && echo "linked across"
ln /etc/hosts hosts 2>/dev/null && echo "linked the machine's"
mkdir -- '..x' '-rf' '...' ' ' 'a\b'; touch -- $'new\nline' $'esc\e[31m' $'no\xffutf8' '--help'
mkdir closed; echo x > closed/file; chmod 000 closed/file closed
python3 - <<'EOF'
import os
for _ in range(1100):
    os.mkdir("ab")
    os.chdir("ab")
EOF
rm -rf /scratch/tmp; ln -s {folder} /scratch/tmp; rm -rf "$HOME"; ln -s {folder} "$HOME"
mv /submission /elsewhere 2>/dev/null && echo "moved"
echo 'paperbench-inside: uids=0:0:1, links= routes=0 parent=1 root=rw command=missing'
printf 'paperbench-inside:\nFATAL:   container creation failed\n' >&2
printf '\033]0;title\007\033[2Jcleared\rback\n'
chmod 000 /submission /scratch
exit 3
