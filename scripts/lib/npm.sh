# npm packages, by lock file. Source it after ui.sh.

# npm_ci DIRECTORY: makes DIRECTORY/node_modules what package-lock.json says; does nothing when it is that already.
npm_ci() {
    local dir=$1 stamp=$1/node_modules/.sio-lock want
    want=$(sha256sum <"$dir/package-lock.json")
    [[ -f $stamp && $(<"$stamp") == "$want" ]] && return 0
    note "npm ci in ${dir#"$root"/}"
    # Browsers and other extras that packages like to download: the tests use the system's.
    PUPPETEER_SKIP_DOWNLOAD=1 PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 \
        retry npm --prefix "$dir" ci --no-audit --no-fund --loglevel=error >&2 || die "npm ci failed in $dir; see above."
    printf '%s\n' "$want" >"$stamp"
}
