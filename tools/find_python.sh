#!/bin/sh
# Prints the path of a Python 3.11 or 3.12 that can create environments, or says what is missing.
# PYTHON in the environment names the only one to try.
for name in ${PYTHON:-python3 python3.12 python3.11 python}; do
    "$name" -c 'import sys; sys.exit(sys.version_info[:2] not in {(3, 11), (3, 12)})' 2>/dev/null || continue
    if "$name" -c 'import venv, ensurepip' 2>/dev/null; then
        "$name" -c 'import sys; print(sys.executable)'
        exit 0
    fi
    without_venv=$name
done
if [ -n "${without_venv:-}" ]; then
    echo "$without_venv cannot create environments: install its venv module (on Debian: apt install python3-venv)." >&2
else
    echo "GSL Lab needs Python 3.11 or 3.12, and found neither as ${PYTHON:-python3, python3.12, python3.11 or python}." >&2
    echo "Install it (on Debian: apt install python3 python3-venv) and run make again." >&2
fi
exit 1
