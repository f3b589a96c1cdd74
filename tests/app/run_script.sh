#!/usr/bin/env bash
# run_script.sh BINARY SCRIPT FOLDER [--offscreen]: runs a script in an empty folder, in a window on an X server of its
# own unless --offscreen is given.
set -euo pipefail
binary=$1 script=$2 folder=$3
shift 3
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
export XDG_CONFIG_HOME=$folder XDG_DATA_HOME=$folder
if [ "${1:-}" = --offscreen ]; then
    exec "$binary" gui --script "$script" --offscreen
fi
exec xvfb-run -a -s "-screen 0 1280x800x24" "$binary" gui --script "$script"
