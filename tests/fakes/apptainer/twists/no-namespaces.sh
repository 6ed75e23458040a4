# As where containers are forbidden.
echo 'ERROR  : Failed to create user namespace: user namespace disabled' >&2
exit 255
