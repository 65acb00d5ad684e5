#!/bin/sh
# Makes .venv: finds Python 3.10, installs requirements.lock, then the advisor itself.
# Call it as often as you like: it returns at once when nothing has changed, and starts
# over after an interruption. `setup.sh --find-python` only prints the interpreter.
set -eu
unset CDPATH PYTHONHOME PYTHONPATH
cd -- "$(dirname -- "$0")/.."

: "${UV_CACHE_DIR:=$PWD/var/cache/uv}" "${PIP_CACHE_DIR:=$PWD/var/cache/pip}"
export UV_CACHE_DIR PIP_CACHE_DIR PIP_DISABLE_PIP_VERSION_CHECK=1
# Trust what the machine trusts: a proxy's certificate is known to the system, not to uv.
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"

say() {
    printf '%s\n' "==> $*" >&2
}

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# Prints the interpreter behind $1 where that is a Python 3.10 that runs and can make
# environments. A pyenv shim may exist and fail; a virtual environment may vanish.
python310_behind() {
    "$1" -I -c '
import sys, venv, ensurepip
if sys.version_info[:2] != (3, 10):
    sys.exit(1)
in_environment = sys.prefix != sys.base_prefix
print(sys.base_prefix + "/bin/python3.10" if in_environment else sys.executable)' </dev/null 2>/dev/null
}

candidates() {
    command -v python3.10 || :
    for root in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv" "$(pyenv root || :)"; do
        for python in "$root"/versions/3.10*/bin/python3.10; do
            printf '%s\n' "$python"
        done
    done
    UV_PYTHON_DOWNLOADS=never uv python find --system 3.10 || :
    command -v python3 || :
    command -v python || :
    for python in "$PWD"/var/python/*/bin/python3.10; do
        printf '%s\n' "$python"
    done
}

find_python() {
    candidates 2>/dev/null | while IFS= read -r candidate; do
        python=$(python310_behind "$candidate") || continue
        if [ -n "$python" ]; then
            printf '%s\n' "$python"
            break
        fi
    done
}

# Prints the lock's own entries, hashes included, of the packages named in $1 as "a|b".
locked() {
    awk -v wanted="^($1)==" '/^[a-z0-9]/ { keep = $0 ~ wanted } keep' requirements.lock
}

download_python() {
    say "Python 3.10 is not on this machine: downloading it into var/python (about a minute)"
    uv=$(command -v uv) || {
        rm -rf var/setup
        mkdir -p var/setup
        locked uv >var/setup/uv.lock
        for python in python3 python; do
            "$python" -m venv var/setup/uv >/dev/null 2>&1 &&
                var/setup/uv/bin/python -m pip install -qq --require-hashes -r var/setup/uv.lock &&
                break
        done
        uv=var/setup/uv/bin/uv
    }
    [ ! -x "$uv" ] ||
        UV_PYTHON_INSTALL_DIR="$PWD/var/python" UV_PYTHON_INSTALL_BIN=0 "$uv" python install 3.10 ||
        :
    rm -rf var/setup
}

# uv takes half a minute where pip takes four, but knows nothing of pip's own configuration.
install_lock() {
    .venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes --no-build-isolation \
        requirements.lock && return
    say "uv could not install the packages: trying pip instead (4 minutes and more)"
    .venv/bin/python -m pip install -qq --require-hashes --no-deps --no-build-isolation \
        -r requirements.lock
}

# The path belongs to it: the scripts in .venv/bin hold it, so a moved checkout needs new ones.
environment() {
    pwd -P
    cat requirements.lock
}

environment_is_current() {
    [ -e .venv/lock.stamp ] && environment | cmp -s - .venv/lock.stamp &&
        python310_behind .venv/bin/python >/dev/null
}

make_environment() {
    python=$(find_python)
    if [ -z "$python" ]; then
        download_python
        python=$(find_python)
    fi
    [ -n "$python" ] || fail "\
The advisor needs Python 3.10 (Rasa Open Source runs on no later one). None was found here,
and it could not be downloaded. Install it in one of these ways, then run the command again:
  pyenv           pyenv install 3.10
  uv              uv python install 3.10
  macOS           brew install python@3.10
  Debian, Ubuntu  apt install python3.10 python3.10-venv   (where the release has them)"

    if [ -e .venv ]; then
        say "Making .venv anew: it is unfinished, was moved, or belongs to another lock or Python"
        rm -rf .venv
    fi
    say "Set-up 1 of 3: making .venv with $python (10 seconds)"
    "$python" -m venv .venv
    locked 'uv|setuptools|wheel' >.venv/bootstrap.lock
    .venv/bin/python -m pip install -qq --require-hashes --no-deps -r .venv/bootstrap.lock
    say "Set-up 2 of 3: installing the locked packages (1 GB to fetch, 1 to 5 minutes)"
    install_lock
    environment >.venv/lock.stamp
}

if [ "${1:-}" = --find-python ]; then
    find_python | grep . || fail "Python 3.10 was not found."
    exit
fi

environment_is_current || make_environment
if ! cmp -s pyproject.toml .venv/project.stamp; then
    say "Set-up 3 of 3: installing the advisor itself (5 seconds)"
    .venv/bin/python -m pip install -qq --no-deps --no-build-isolation --editable .
    cp pyproject.toml .venv/project.stamp
fi
