# As an Apptainer would answer that lacks an option.
shift 2
set -- --quiet exec --no-such-option "$@"
