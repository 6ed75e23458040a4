# As an installation without user namespaces, for a user without a line in /etc/subuid.
echo 'FATAL:   could not use fakeroot: no mapping entry found in /etc/subuid for user' >&2
exit 255
