# Makes the virtual environment $1 with the first Python that is new enough, or says what to install.
set -eu

for python in "${PYTHON3:-python3}" python3.14 python3.13 python3.12 python3.11 python; do
    if "$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$python cannot make virtual environments here. On Debian and Ubuntu: apt install python3-venv" >&2
            exit 1
        fi
        echo "Making $1 with $("$python" --version)"
        exec "$python" -m venv "$1"
    fi
done
echo "No Python 3.11 or newer found. Install one, or name it: make run PYTHON3=/path/to/python3" >&2
exit 1
