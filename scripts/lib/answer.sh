# Whether the chat answers. Source it after ui.sh.

# chat_answers COMMAND...: runs COMMAND, which serves the chat on 127.0.0.1 and any free port, until the chat has answered to
# `GET /`; then stops it as systemd would and expects it to end in order.
chat_answers() {
    local line port='' answer pid
    coproc chat { exec "$@" 2>&1; }
    pid=$chat_PID  # the variable goes when the process does
    while IFS= read -r line <&"${chat[0]}"; do
        printf '%s\n' "$line" >&2
        if [[ $line =~ 'listening on '.*:([0-9]+) ]]; then
            port=${BASH_REMATCH[1]}
            break
        fi
    done
    [[ -n $port ]] || die "the chat ended before it listened."

    exec {answer}<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET / HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$port" >&"$answer"
    IFS= read -r line <&"$answer" || true
    exec {answer}>&-
    kill -TERM "$pid"
    wait "$pid" || die "the chat ended with status $? when it was to stop."
    [[ $line == 'HTTP/1.1 200 '* ]] || die "the chat answered with: ${line%$'\r'}"
    step "The chat answers"
}
