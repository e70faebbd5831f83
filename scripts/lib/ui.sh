# Shared by the scripts: what they say, and how they fail. Source it; needs bash and nothing else.

if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
    ui_bold=$'\e[1m' ui_blue=$'\e[34m' ui_red=$'\e[31m' ui_dim=$'\e[2m' ui_reset=$'\e[0m'
else
    ui_bold='' ui_blue='' ui_red='' ui_dim='' ui_reset=''
fi

# A heading for what comes next, with the time since the script began.
step() {
    printf '%s==>%s %s%s%s %s(%d:%02d)%s\n' "$ui_blue$ui_bold" "$ui_reset" "$ui_bold" "$*" "$ui_reset" \
        "$ui_dim" $((SECONDS / 60)) $((SECONDS % 60)) "$ui_reset" >&2
}

note() { printf '    %s\n' "$*" >&2; }

# Says why the script cannot go on, one line for each argument, and ends it.
die() {
    printf '%serror:%s %s\n' "$ui_red$ui_bold" "$ui_reset" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

# quietly LOG COMMAND...: runs COMMAND with its output in LOG; shows the end of LOG when it fails.
quietly() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! "$@" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        printf '%serror:%s %s failed; all of its output is in %s\n' "$ui_red$ui_bold" "$ui_reset" "$1" "$log" >&2
        return 1
    fi
}

# retry COMMAND...: up to three times, for what depends on a network.
retry() {
    local attempt
    for attempt in 1 2 3; do
        "$@" && return 0
        [[ $attempt == 3 ]] || { note "attempt $attempt failed; again in $((attempt * 5)) seconds"; sleep $((attempt * 5)); }
    done
    return 1
}
