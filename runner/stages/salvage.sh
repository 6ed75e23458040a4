# Gives a command another Python or a new virtual environment, and becomes it.
# Arguments: a version such as 3.11 or nothing, venv or nothing, and the command.
# What is missing for that is told by an empty file in the scratch folder: no_such_python or no_venv. How many
# microseconds all this took stands in the file prepared there: they are no time of the command's.
begin=${EPOCHREALTIME/[.,]/}
version=$1
venv=$2
shift 2
mine=${HOME%/*}/salvage
mkdir -p "$mine/bin"

lacking() {
  : >"$mine/$1"
  exit 127
}

# A script, not a link: what is found may itself be a script that goes by its name.
become() {
  printf '#!/bin/sh\nexec %q %s "$@"\n' "$python" "$2" >"$mine/bin/$1"
  chmod +x "$mine/bin/$1"
}

python=$(command -v "python${version:-3}") || lacking no_such_python
"$python" -c "" || lacking no_such_python
if [ -n "$venv" ]; then
  "$python" -m venv "$mine/venv" || lacking no_venv
  export VIRTUAL_ENV=$mine/venv
  PATH=$VIRTUAL_ENV/bin:$PATH
else
  become python
  become python3
  become pip "-m pip"
  become pip3 "-m pip"
  PATH=$mine/bin:$PATH
fi
export PATH
unset PYTHONHOME
printf '%s' "$((${EPOCHREALTIME/[.,]/} - begin))" >"$mine/prepared"
exec "$@"
