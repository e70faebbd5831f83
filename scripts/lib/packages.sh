# Debian packages: which of those needed are missing, and their installation. Source it after ui.sh.
#
# A need is the name of a package, or `command=package` for a tool that may as well come from somewhere else: it counts
# as there when the command is. `boost` is the packages of the version that boost_version() chooses. `:arm64` behind a
# name asks for that architecture's, as apt-get has it.

needs_tools=(cmake=cmake ninja=ninja-build ccache=ccache pkg-config=pkg-config)
needs_libraries=(boost libssl-dev zlib1g-dev libspdlog-dev libsqlite3-dev)
needs_build=(g++=g++ "${needs_tools[@]}" "${needs_libraries[@]}")
needs_tests=(
    doctest-dev libpq-dev postgresql redis-server=redis-server python3-socketio python3-requests python3-websocket python3=python3 openssl=openssl curl=curl abidiff=abigail-tools
    clang-format-19=clang-format-19 clang-tidy-19=clang-tidy-19
)
needs_packages=(dpkg-shlibdeps=dpkg-dev file=file libpq-dev)
needs_fuzz=(clang++-19=clang-19 libclang-rt-19-dev)
needs_browser=(chromium=chromium)
needs_arm64=(
    aarch64-linux-gnu-g++=g++-aarch64-linux-gnu qemu-aarch64=qemu-user
    "${needs_tools[@]}" "${needs_libraries[@]/%/:arm64}" doctest-dev
)
# npm and curl check certificates against the system's store.
needs_network=(ca-certificates)

package_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
package_available() { [[ -n $(apt-cache madison "$1" 2>/dev/null) ]]; }

# Those that sio supports, best first.
boost_versions=(1.88 1.87 1.86 1.85 1.84 1.83 1.82 1.81)

# boost_version [:ARCHITECTURE]: the installed one, since two versions' development packages cannot stand beside each
# other; otherwise the newest that the system has. Fails when it has none.
boost_version() {
    local test version
    for test in package_installed package_available; do
        for version in "${boost_versions[@]}"; do
            if "$test" "libboost$version-dev${1-}"; then
                echo "$version"
                return
            fi
        done
    done
    return 1
}

boost_packages() { printf "libboost%s$1-dev${2-}\n" "" -context -json; }

# Node.js 18 or later with npm, from wherever; Debian's own packages when there is none.
node_is_there() {
    command -v npm >/dev/null && [[ $(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0) -ge 18 ]]
}
needs_node() { node_is_there || printf '%s\n' nodejs npm; }

# missing_packages NEED...: the packages to install, a line each. `boost` stays as it is when no version is known yet.
missing_packages() {
    local need version
    for need in "$@"; do
        if [[ $need =~ ^boost(:.*)?$ ]]; then
            if version=$(boost_version "${need#boost}"); then
                missing_packages $(boost_packages "$version" "${need#boost}")
            else
                echo "$need"
            fi
        elif [[ $need == *=* ]]; then
            command -v "${need%%=*}" >/dev/null || echo "${need#*=}"
        else
            package_installed "$need" || echo "$need"
        fi
    done
}

# install_missing NEED...: installs what is not there. Never removes a package.
install_missing() {
    local missing
    missing=($(missing_packages "$@"))
    [[ ${#missing[@]} -gt 0 ]] || return 0

    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            local install="apt-get install --no-install-recommends ${missing[*]}"
            [[ ! $install =~ \ boost ]] || install="and this script again, which then knows the version of Boost"
            die "packages are missing, and installing them takes root or sudo. As root:" "apt-get update" "$install"
        fi
        as_root=(sudo)
        [[ -t 2 && -z ${CI:-} ]] || as_root+=(-n)
        as_root+=(env)
    else
        as_root=(env)
    fi
    as_root+=(DEBIAN_FRONTEND=noninteractive)

    note "packages are missing; apt-get update"
    retry quietly build/logs/apt-update.log "${as_root[@]}" apt-get update || die "apt-get update failed; see above."
    missing=($(missing_packages "$@"))
    [[ ! " ${missing[*]}" =~ \ boost ]] ||
        die "this system has no Boost that sio supports: ${boost_versions[-1]} to ${boost_versions[0]}" \
            "(looked for the packages libboost${boost_versions[-1]}-dev to libboost${boost_versions[0]}-dev)."

    note "installing with apt-get: ${missing[*]}"

    # The development packages of one Boost cannot stand beside those of another: on Debian 12, 1.81 beside the default,
    # 1.74, which libboost-dev, libboost-all-dev, libmsgpack-dev and others bring. What the user has installed is not
    # ours to remove.
    local plan removed
    plan=$(apt-get -s --no-install-recommends install "${missing[@]}" 2>&1) ||
        die "apt-get does not find a way to install ${missing[*]}:" "$plan"
    removed=$(awk '$1 == "Remv" { print $2 }' <<<"$plan" | sort | tr '\n' ' ')
    [[ -z $removed ]] ||
        die "installing ${missing[*]} would remove these packages:" "    $removed" \
            "(The development packages of two versions of Boost exclude each other; sio takes ${boost_versions[-1]} to ${boost_versions[0]}.)" \
            "If you can do without them, remove them yourself and run this script again:" \
            "    sudo apt-get remove $removed"

    retry quietly build/logs/apt-install.log \
        "${as_root[@]}" apt-get -y --no-remove --no-install-recommends -o Dpkg::Use-Pty=0 install "${missing[@]}" ||
        die "apt-get install failed; see above."
}

# ensure NEED...: install_missing, or, where there is no dpkg, a word about what the build expects.
ensure() {
    if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
        install_missing "$@"
    else
        note "this is not a Debian system; README.md names its packages. The build expects what Debian calls: ${*//*=/}"
    fi
}
