# Fresh Debian systems in folders, made by debootstrap. Needs root. Source it after ui.sh.
#
# Whoever makes one runs in namespaces of its own (unshare --mount --pid --fork --kill-child), so that what is mounted and
# started ends with it.

system_proxies() { env | grep -iE '^(https?|ftp|no)_proxy='; }

# The mirror of Debian's main archive that this machine's apt uses.
own_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null |
        sort -u | head -n 1
}

# make_system DIR SUITE MIRROR: a minimal system without its mounts, so that it can be copied.
make_system() {
    local system=$1 suite=$2 mirror=$3
    quietly "$system.log" debootstrap --variant=minbase --include=ca-certificates,sudo "$suite" "$system" "$mirror" || return 1
    rm -f "$system.log"
    # The way to the network is this machine's: names, proxies, and whom it trusts.
    cat /etc/resolv.conf >"$system/etc/resolv.conf"
    cat /etc/hosts >"$system/etc/hosts"
    apt-config dump | grep -E '^Acquire::(https?|ftp)::Proxy' >"$system/etc/apt/apt.conf.d/90proxies" || true
    cp -r /usr/local/share/ca-certificates "$system/usr/local/share/" 2>/dev/null || true
    chroot "$system" update-ca-certificates >/dev/null 2>&1
    # Packages bring services; none is to start, as it would listen on this machine's ports.
    printf '#!/bin/sh\nexit 101\n' >"$system/usr/sbin/policy-rc.d"
    chmod 755 "$system/usr/sbin/policy-rc.d"
}

# mount_system DIR
mount_system() {
    mount -t proc proc "$1/proc"
    mount --rbind /sys "$1/sys"
    mount --rbind /dev "$1/dev"
}

# in_system DIR COMMAND...: as root, with no more of this machine's environment than its proxies.
in_system() {
    local system=$1 proxies
    shift
    mapfile -t proxies < <(system_proxies)
    chroot "$system" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "${proxies[@]}" "$@" </dev/null
}

# add_user DIR NAME: an ordinary user who may use sudo.
add_user() {
    in_system "$1" useradd --create-home --shell /bin/bash "$2"
    printf '%s ALL=(root) NOPASSWD: ALL\n' "$2" >"$1/etc/sudoers.d/$2"
}

# as_user DIR NAME SCRIPT: bash runs SCRIPT in the user's home.
as_user() {
    local proxies
    mapfile -t proxies < <(system_proxies)
    chroot --userspec="$2" "$1" /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 HOME="/home/$2" USER="$2" \
        "${proxies[@]}" bash -c "cd && $3" </dev/null
}
