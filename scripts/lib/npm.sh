# npm packages, by lock file. Source it after ui.sh.

# npm_ci DIRECTORY: makes DIRECTORY/node_modules what package-lock.json says; does nothing when it is that already.
# tests/support/npm_ci.mjs leaves the same stamp.
npm_ci() {
    local dir=$1 stamp=$1/node_modules/.sio-installed want
    want=$(sha256sum <"$dir/package-lock.json")
    want=${want%% *}
    [[ -f $stamp && $(<"$stamp") == "$want" ]] && return 0
    note "npm ci in $dir"
    retry npm --prefix "$dir" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
        die "npm ci failed in $dir; see above."
    printf '%s' "$want" >"$stamp"
}
