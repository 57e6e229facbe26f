#!/bin/sh
# Prints the path of a Python 3.11, or says what is missing.
for name in python3.11 python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
        "$name" -c 'import venv, ensurepip' 2>/dev/null || {
            echo "$name cannot make environments: install its venv module (on Debian: apt install python3.11-venv)" >&2
            exit 1
        }
        "$name" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done
echo "GSL Lab needs Python 3.11, and none of python3.11, python3, python on the PATH is one." >&2
echo "Install it (on Debian: apt install python3.11 python3.11-venv) and run make again." >&2
exit 1
