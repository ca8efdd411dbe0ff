# shellcheck shell=bash
# What ./run and ./test share: they look for what the build needs and install it,
# or say exactly how. Sourced, with $root set to the folder of the checkout.

: "${root:?is set by the script that sources this file}"

say() { printf 'weft: %s\n' "$*"; }
stop() {
    printf 'weft: %s\n' "$@" >&2
    exit 1
}

# install PACKAGE…: through apt, as root or with sudo; else says what to do.
install() {
    local as_root=()
    if ! command -v apt-get >/dev/null; then
        stop "this system has no apt. Please install what these Debian packages hold, then try again: $*"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as_root=(sudo)
        else
            stop "$* must be installed. Please run this as root, then try again:" \
                "  apt-get update && apt-get install -y --no-install-recommends $*"
        fi
    fi
    say "installing $* with apt"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# at_least VERSION WANTED
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

cargo_version() { cargo --version 2>/dev/null | cut -d ' ' -f 2 | cut -d - -f 1; }

# A Rust toolchain that is new enough: what is there, or apt's where it is.
need_rust() {
    local wanted found offered
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH="$HOME/.cargo/bin:$PATH"
    fi
    found=$(cargo_version || true)
    if [ -n "$found" ] && at_least "$found" "$wanted"; then
        return
    fi
    if [ -z "$found" ] && command -v apt-cache >/dev/null; then
        offered=$(apt-cache policy cargo 2>/dev/null | sed -n 's/ *Candidate: *\([0-9.]*\).*/\1/p')
        if [ -n "$offered" ] && at_least "$offered" "$wanted"; then
            install cargo
            return
        fi
    fi
    stop "Rust $wanted or newer is needed; installed is: ${found:-none}." \
        "rustup installs it (from static.rust-lang.org, into your home folder; see https://rustup.rs):" \
        "  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y" \
        "  . \"\$HOME/.cargo/env\"" \
        "With rustup already there: rustup update stable"
}

# A C compiler, for the compression and hash libraries.
need_c() {
    # The allocator is built with make.
    { command -v "${CC:-cc}" && command -v make; } >/dev/null || install gcc libc6-dev make
}
