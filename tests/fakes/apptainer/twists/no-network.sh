# A site that forbids networks of one's own.
echo "FATAL:   you are not allowed to use --net here" >&2
exit 255
