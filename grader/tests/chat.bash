# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # TREE and ROOT are for who sources it
# What `case` does to show that the references of lab 08 hold a crowd. Source it with
# ROOT set and in ROOT.

# Starts the reference chat_server. Sets PORT; its lines go to $SAID, and what is
# written to descriptor 9 is typed at it.
serve_chat() {
  TREE=$ROOT/build/tests/$ID
  FOLDER=$TREE.scratch SAID=$TREE.scratch/said
  rm -rf "$FOLDER"
  mkdir -p "$FOLDER" || exit
  make -s build/reference/08-chat/chat_server build/reference/08-chat/chat_client || exit
  mkfifo "$FOLDER/console"
  build/tools/launch -t 200 -f 80 -- build/reference/08-chat/chat_server 127.0.0.1 0 \
    >"$SAID" 2>&1 <"$FOLDER/console" &
  LAUNCHER=$!
  exec 9>"$FOLDER/console"
  await_port "$LAUNCHER"
  SERVER=$(pgrep -P "$LAUNCHER" chat_server)
}

# until_true WHAT COMMAND...: waits until COMMAND succeeds. After a minute the case
# ends: WHAT does not come about.
until_true() {
  local what=$1 i
  shift
  for ((i = 0; i < 1200; i++)); do
    "$@" && return
    sleep 0.05
  done
  fault "it does not come about that $what"
  tail -n 5 "$SAID"
  finish
}

# Starts the reference chat_client as NAME: what is written to $FOLDER/NAME.in by
# someone who holds that open is typed there, and its lines go to NAME.out.
join_chat() {
  local input
  mkfifo "$FOLDER/$1.in"
  build/tools/launch -t 200 -- build/reference/08-chat/chat_client -n "$1" 127.0.0.1 "$PORT" \
    >"$FOLDER/$1.out" 2>"$FOLDER/$1.err" <"$FOLDER/$1.in" 9>&- &
  CLIENTS[$1]=$!
  exec {input}>"$FOLDER/$1.in"
  INPUTS[$1]=$input
}

# True when the server has said $1, an expression for whole lines, $2 times.
server_has_said() {
  (($(grep -cE "^$1\$" "$SAID") == $2))
}

# True when file $1 has $2 lines.
has_lines() {
  (($(wc -l <"$1") == $2))
}

# True when file $1 has $2 bytes or more.
has_bytes() {
  (($(wc -c <"$1") >= $2))
}

# Types exit at the client $1, which ends well.
leave_chat() {
  local input=${INPUTS[$1]}
  printf 'exit\n' >&"$input"
  exec {input}>&-
  wait "${CLIENTS[$1]}" || fault "$1 ends with status $?: $(cat "$FOLDER/$1.err")"
}

# 50 chat_clients talk all at once: each gets each line of all the others, and the
# server's.
talk_in_crowd() {
  local i line
  for ((i = 1; i <= 50; i++)); do
    join_chat "guest$i"
  done
  until_true '50 clients are there' server_has_said 'connection from 127\.0\.0\.1 port [0-9]+' 50
  for ((line = 1; line <= 20; line++)); do
    for ((i = 1; i <= 50; i++)); do
      printf 'line %d, ends in \303\274\n' "$line" >&"${INPUTS[guest$i]}"
      printf 'guest%d: line %d, ends in \303\274\n' "$i" "$line"
    done
  done >"$FOLDER/all"
  until_true 'the server shows 1000 lines' server_has_said '127\.0\.0\.1 port [0-9]+: guest.*' 1000
  printf 'hello\n' >&9
  for ((i = 1; i <= 50; i++)); do
    until_true "guest$i gets all lines" has_lines "$FOLDER/guest$i.out" 981
    {
      grep -v "^guest$i: " "$FOLDER/all"
      printf 'server: hello\n'
    } | sort | cmp -s - <(sort "$FOLDER/guest$i.out") || fault "guest$i has got other lines than were sent"
  done
  for ((i = 1; i <= 50; i++)); do
    leave_chat "guest$i"
  done
  until_true '50 clients are gone' server_has_said 'connection from .* closed' 50
}

# 32 MiB to one that reads and one that does not: the first gets them as they are, the
# second is dropped, and the server does not keep them.
flood_chat() {
  local name part sleeper most
  for name in reader sleeper flooder; do
    join_chat "$name"
  done
  until_true '3 clients are there' server_has_said 'connection from 127\.0\.0\.1 port [0-9]+' 53
  sleeper=$(pgrep -P "${CLIENTS[sleeper]}" chat_client)
  kill -STOP "$sleeper"
  head -c 786420 /dev/urandom | base64 -w 1020 >"$FOLDER/part"
  sed 's/^/flooder: /' "$FOLDER/part" >"$FOLDER/sent"
  for ((part = 1; part <= 32; part++)); do
    cat "$FOLDER/part" >&"${INPUTS[flooder]}"
    until_true "part $part gets to the reader" has_bytes "$FOLDER/reader.out" $((part * $(wc -c <"$FOLDER/sent")))
    tail -c "$(wc -c <"$FOLDER/sent")" "$FOLDER/reader.out" | cmp -s - "$FOLDER/sent" || fault "part $part comes otherwise"
  done
  server_has_said 'connection from .* closed' 51 || fault 'the client that does not read is not dropped'
  if [[ -r /proc/$SERVER/status ]]; then
    most=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$SERVER/status")
    ((most < 8192)) || fault "the server has held $most KiB"
  fi
  leave_chat flooder
  leave_chat reader
  kill -KILL "${CLIENTS[sleeper]}"
  wait "${CLIENTS[sleeper]}" 2>/dev/null
  until_true 'all clients are gone' server_has_said 'connection from .* closed' 53
}

# 50 clients, one that does not read, and the end of the server's own input.
run_crowd() {
  declare -gA CLIENTS=() INPUTS=()
  serve_chat
  talk_in_crowd
  exec 9>&-
  flood_chat
  kill -0 "$LAUNCHER" 2>/dev/null || fault "the server has ended: $(tail -n 5 "$SAID")"
  kill -TERM "$LAUNCHER" 2>/dev/null
  wait "$LAUNCHER" 2>/dev/null
}
