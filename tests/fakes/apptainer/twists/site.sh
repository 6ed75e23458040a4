# As at a site with a configuration of its own.
set -- --config "$here/apptainer.conf" "$@"
