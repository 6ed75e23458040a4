# Lets the image's own files be written to, in memory.
shift 2
set -- --quiet exec --writable-tmpfs "$@"
