#!/usr/bin/env bats
# The tests of play: each word of a script passes where it should and fails where
# it should. The program in the conversations is `puppet`, which does what its
# arguments say; the reference is `puppet` too.

setup_file() {
  TOOLS=${TOOLS:-$BATS_TEST_DIRNAME/../../build/tools}
  TOOLS=$(cd "$TOOLS" && pwd) || return
  BUILD=$BATS_FILE_TMPDIR REFERENCE=$BATS_FILE_TMPDIR/reference
  export TOOLS BUILD REFERENCE
  unset LOGS CHECK VERBOSE SEED SHIM TZ
  write_puppet >"$BUILD/puppet.c"
  ${CC:-cc} -D_GNU_SOURCE -Wall -Wextra -o "$BUILD/puppet" "$BUILD/puppet.c" || return
  mkdir "$REFERENCE"
  cp "$BUILD/puppet" "$REFERENCE"
  : >"$BUILD/broken.build"
}

setup() {
  # One place for all that play makes, to see that nothing stays.
  TMPDIR=$BATS_TEST_TMPDIR/tmp
  mkdir "$TMPDIR"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  [[ -z $(ls -A "$BATS_TEST_TMPDIR/tmp") ]]
}

# The program: its arguments are actions, done one after the other on the socket
# that was made last, or the connection that was accepted or opened last.
write_puppet() {
  cat <<'END'
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int listener, peer = -1;

static int open_socket(int type, const char *port, int (*call)(int, const struct sockaddr *, socklen_t))
{
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port)),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, type, 0), one = 1;
    if (type == SOCK_STREAM && call == bind)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (call(fd, (struct sockaddr *)&place, sizeof place) == -1)
        err(1, "%s port %s", call == bind ? "bind to" : "connect to", port);
    return fd;
}

static void open_six(void)
{
    struct sockaddr_in6 place = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    listener = socket(AF_INET6, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&place, sizeof place) == -1 || listen(listener, 5) == -1)
        err(1, "listen on ::1");
}

static void receive(long count)
{
    char byte;
    while (count-- > 0 && recv(peer, &byte, 1, 0) == 1)
        ;
}

static void echo(void)
{
    char data[65536];
    ssize_t n;
    while ((n = recv(peer, data, sizeof data, 0)) > 0)
        for (ssize_t sent = 0; sent < n;)
            sent += send(peer, data + sent, (size_t)(n - sent), MSG_NOSIGNAL);
}

static void answer_datagram(const char *text)
{
    char data[65536];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    if (recvfrom(listener, data, sizeof data, 0, (struct sockaddr *)&from, &size) != -1)
        sendto(listener, text, strlen(text), 0, (struct sockaddr *)&from, size);
}

/* Asks at a UDP port by a connected socket, and prints the answer. */
static void ask(const char *port, const char *text)
{
    char data[65536];
    peer = open_socket(SOCK_DGRAM, port, connect);
    send(peer, text, strlen(text), 0);
    ssize_t n = recv(peer, data, sizeof data, 0);
    if (n == -1)
        printf("no answer: %s\n", strerror(errno));
    else
        printf("%.*s\n", (int)n, data);
    close(peer);
}

static char date[200];

static void keep_date(const char *format)
{
    struct timespec now;
    struct tm parts;
    char text[100];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &parts);
    strftime(text, sizeof text, format, &parts);
    snprintf(date, sizeof date, "%s.%06ld\n", text, now.tv_nsec / 1000);
}

static void reset(void)
{
    struct linger hard = {1, 0};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(peer);
}

static void echo_input(void)
{
    char line[1000];
    if (fgets(line, sizeof line, stdin) == NULL)
        puts("end of input");
    else
        fputs(line, stdout);
}

static void take_memory(long mib)
{
    char *room = malloc((size_t)mib << 20);
    memset(room, 1, (size_t)mib << 20);
    if (room[mib] != 1)
        abort();
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    fputs(text, file);
    fclose(file);
}

int main(int argc, char *argv[])
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "out") == 0)
            puts(argv[++i]);
        else if (strcmp(argv[i], "raw") == 0)
            fputs(argv[++i], stdout), fflush(stdout);
        else if (strcmp(argv[i], "nul") == 0)
            fwrite("a\0b\n", 1, 4, stdout);
        else if (strcmp(argv[i], "err") == 0)
            fprintf(stderr, "%s\n", argv[++i]);
        else if (strcmp(argv[i], "env") == 0)
            printf("%s\n", getenv(argv[++i]) ? getenv(argv[i]) : "none");
        else if (strcmp(argv[i], "listen") == 0)
            listen(listener = open_socket(SOCK_STREAM, argv[++i], bind), 5);
        else if (strcmp(argv[i], "bind") == 0)
            listener = open_socket(SOCK_STREAM, argv[++i], bind);
        else if (strcmp(argv[i], "six") == 0)
            open_six();
        else if (strcmp(argv[i], "connect") == 0)
            peer = open_socket(SOCK_STREAM, argv[++i], connect);
        else if (strcmp(argv[i], "udp") == 0)
            listener = open_socket(SOCK_DGRAM, argv[++i], bind);
        else if (strcmp(argv[i], "answer") == 0)
            answer_datagram(argv[++i]);
        else if (strcmp(argv[i], "ask") == 0)
            ask(next, argv[i + 2]), i += 2;
        else if (strcmp(argv[i], "accept") == 0)
            peer = accept(listener, NULL, NULL);
        else if (strcmp(argv[i], "send") == 0)
            send(peer, next, strlen(next), MSG_NOSIGNAL), i++;
        else if (strcmp(argv[i], "recv") == 0)
            receive(atol(argv[++i]));
        else if (strcmp(argv[i], "drain") == 0)
            receive(1L << 40);
        else if (strcmp(argv[i], "echo") == 0)
            echo();
        else if (strcmp(argv[i], "keep") == 0)
            keep_date(argv[++i]);
        else if (strcmp(argv[i], "date") == 0)
            keep_date(argv[++i]), send(peer, date, strlen(date), MSG_NOSIGNAL);
        else if (strcmp(argv[i], "kept") == 0)
            send(peer, date, strlen(date), MSG_NOSIGNAL);
        else if (strcmp(argv[i], "shut") == 0)
            shutdown(peer, SHUT_WR);
        else if (strcmp(argv[i], "close") == 0)
            close(peer);
        else if (strcmp(argv[i], "reset") == 0)
            reset();
        else if (strcmp(argv[i], "stdin") == 0)
            echo_input();
        else if (strcmp(argv[i], "memory") == 0)
            take_memory(atol(argv[++i]));
        else if (strcmp(argv[i], "file") == 0)
            write_file(next, argv[i + 2]), i += 2;
        else if (strcmp(argv[i], "child") == 0)
            fork() == 0 ? pause() : 0;
        else if (strcmp(argv[i], "again") == 0)
            i = 2; /* behind the first two words */
        else if (strcmp(argv[i], "deaf") == 0)
            signal(SIGTERM, SIG_IGN);
        else if (strcmp(argv[i], "pause") == 0)
            pause();
        else if (strcmp(argv[i], "raise") == 0)
            raise(atoi(argv[++i]));
        else if (strcmp(argv[i], "exit") == 0)
            exit(atoi(argv[++i]));
        else if (strcmp(argv[i], "spin") == 0)
            for (;;)
                ;
        else
            errx(99, "puppet: what is %s?", argv[i]);
    }
    return 0;
}
END
}

# expected STATUS TEXT...: play has ended so and said all that.
expected() {
  local text
  if [[ $status -ne $1 ]]; then
    printf 'status %s, not %s:\n%s\n' "$status" "$1" "$output"
    return 1
  fi
  shift
  for text; do
    [[ $output == *"$text"* ]] || {
      printf 'it does not say: %s\nbut: %s\n' "$text" "$output"
      return 1
    }
  done
}

# passes: the script on standard input does.
passes() {
  run "$TOOLS/play"
  expected 0
}

# fails TEXT...: the script fails, and play says all that.
fails() {
  run "$TOOLS/play"
  expected 1 '>>> here it differs' 'expected: ' 'got: ' "$@"
}

# wrong TEXT: the script has a mistake, and play says so with the line.
wrong() {
  run "$TOOLS/play"
  expected 2 "$@"
}

@test "an empty script, comments and blank lines pass" {
  passes </dev/null
  passes <<'END'

  # nothing "to see
END
}

@test "play takes no argument" {
  run "$TOOLS/play" script </dev/null
  expected 2 usage
}

@test "mistakes of a script are told with their line" {
  wrong 'line 2' 'unknown command dance' <<<$'# one\ndance now'
  # shellcheck disable=SC2016 # no shell should expand this
  wrong 'line 1' 'no variable nothing' <<<'set a $nothing'
  wrong 'line 1' 'no closing "' <<<'set a "b'
  wrong 'line 1' "no closing '" <<<"set a 'b"
  wrong 'line 1' 'unknown escape \q' <<<'set a "\q"'
  wrong 'line 1' 'too few words' <<<'set a'
  wrong 'line 1' 'too few words' <<<'start p'
  wrong 'line 1' 'no program p' <<<'says p hello'
  wrong 'line 1' 'no peer c' <<<'send c hello'
  wrong 'line 1' 'x is not a number' <<<'fill a x b'
  wrong 'line 1' 'unknown option -speed' <<<'start p -speed 3 puppet'
  wrong 'line 2' 'no exit status' <<<$'start p puppet\nexits p zero'
  wrong 'line 1' 'no reference program' <<<'start p reference:nobody'
  wrong 'no regular expression' <<<$'set a b\nmatch a ('
  wrong 'does not listen yet' <<<$'start p puppet stdin\nconnect c p'
}

@test "a program that is not there, or does not compile" {
  run "$TOOLS/play" <<<'start p nobody'
  expected 78
  [[ $output == 'there is no nobody.c' ]]
  run "$TOOLS/play" <<<'start p broken'
  expected 78
  [[ $output == 'broken does not compile' ]]
}

@test "words: quotes, escapes, variables" {
  passes <<'END'
set a "x y\t\x41\\\"$"
set b 'x $a "\n"' "!"
set ab "$a|${b}|" $a
start p puppet out $a out $b out "$ab" out "a$"
says p "x y\tA\\\"$"
says p "x \$a \"\\n\"!"
says p "x y\tA\\\"$|x \$a \"\\n\"!|x y\tA\\\"$"
says p 'a$'
exits p 0
END
}

@test "set, fill and random; their lengths" {
  passes <<'END'
set a one two
fill b 3 "ab" c
random c 2K
random d 1M text
start p puppet out "$a $b $a.length $b.length $c.length $d.length"
prints p "onetwo abcabcabc 6 9 2048 1048576\n"
END
}

@test "random data: the same for a seed, different for another" {
  local first
  # shellcheck disable=SC2016
  printf 'random a 20 text\nstart p puppet out $a\nexits p 0\n' >script
  SEED=1 VERBOSE=1 run "$TOOLS/play" <script
  expected 0
  first=$(grep -o 'prints ".*' <<<"$output")
  [[ $first =~ [a-z]{20} ]]
  SEED=1 VERBOSE=1 run "$TOOLS/play" <script
  expected 0 "$first"
  SEED=2 VERBOSE=1 run "$TOOLS/play" <script
  expected 0
  [[ $output != *"$first"* ]]
}

@test "start: arguments, variables, standard input, limit of descriptors" {
  passes <<'END'
start p TEST_A=1 "TEST_B=b c" puppet "out" "" out "a  b" env TEST_A env TEST_B stdin
says p ""
says p "a  b"
says p 1
says p "b c"
input p "typed\n"
says p typed
exits p 0
END
  printf '#!/bin/sh\nulimit -n\n' >"$BUILD/limits"
  chmod +x "$BUILD/limits"
  passes <<'END'
start p -files 17 limits
says p 17
start q limits
says q 256
exits p 0
exits q 0
END
}

@test "start: programs run in an empty folder of their own" {
  printf '#!/bin/sh\nls -A\npwd\n' >"$BUILD/where"
  chmod +x "$BUILD/where"
  passes <<'END'
file here "data"
start p where
says p here
exits p 0
END
  fails 'a line "nowhere"' '/play-' <<<$'start p where\nsays p nowhere'
}

@test "says: the next lines up to one" {
  passes <<'END'
start p puppet out one out two out three stdin
says p one
says p three
END
  fails 'a line "two" (3 bytes) on standard output' '"one\n' <<'END'
start p puppet out one out twos stdin
says p two
END
  fails 'nothing more' <<'END'
start p puppet out one stdin
says p one
says p one
END
  fails 'got: nothing' <<'END'
start p puppet exit 3
says p one
END
}

@test "says: a line without its end is none" {
  fails '"one"' <<'END'
start p puppet raw one stdin
says p one
END
}

@test "logs: a line anywhere; never: no such line" {
  passes <<'END'
start p puppet out one out two out three stdin
says p three
logs p one
logs p three
never p four
never p thre
END
  fails '"four"' <<<$'start p puppet out one stdin\nlogs p four'
  fails <<<$'start p puppet out one out two stdin\nsays p two\nnever p one'
}

@test "received: pieces that make up the data, line ends among them" {
  passes <<'END'
start p puppet out "received: He" out "other" out "received: llo" out "received: a\nb" out "received: " out "received: c\n" stdin
received p "Hello"
received p "a\nb"
received p "c\n"
END
  fails 'received: Hello' <<'END'
start p puppet out "received: He" out "received: lo" stdin
received p "Hello"
END
  fails <<'END'
start p puppet out "received: Hello!" stdin
received p "Hello"
END
}

@test "prints: all of the output, byte for byte" {
  passes <<'END'
start p puppet nul out two
prints p "a\0b\ntwo\n"
exits p 0
END
  fails 'expected: "one\n"' 'got: "one"' 'the first difference is at byte 4' <<'END'
start p puppet raw one
prints p "one\n"
END
  fails <<<$'start p puppet out one out two\nprints p "one\\n"'
  fails 'still runs' <<<$'start p puppet out one stdin\nprints p "one\\n"'
}

@test "shows: CR and empty lines at the end do not matter" {
  passes <<'END'
start p puppet raw "a\r\nb\n\n"
shows p "a\nb\n"
END
  fails <<<$'start p puppet out a out "" out b\nshows p "a\\nb\\n"'
}

@test "mentions: something on standard error" {
  passes <<'END'
start p puppet err "one 17 bytes" stdin
mentions p "17"
END
  fails 'on standard error' <<<$'start p puppet out 17 stdin\nmentions p 17'
}

@test "exits: the status, a range; not a signal, not still running" {
  passes <<'END'
start p puppet exit 2
exits p 2
start p puppet exit 2
exits p 1-2
END
  fails 'exit status 0' 'ended with exit status 4' <<<$'start p puppet exit 4\nexits p 0'
  fails 'killed by signal 11' CRASHED <<<$'start p puppet raise 11\nexits p 0-255'
  fails SIGPIPE <<<$'start p puppet raise 13\nexits p 0'
  fails 'still runs' TIME_OUT <<<$'start p puppet deaf stdin\nexits p 0'
  fails SPINS <<<$'start p puppet spin\nexits p 0'
}

@test "fails: status 1 and a line of the right form" {
  passes <<'END'
start p puppet err "puppet: open it: No such file" exit 1
fails p
start p puppet err "other words" err "/usr/bin/puppet: open it: why: 5" exit 1
fails p
END
  fails 'exit status 1' <<<$'start p puppet err "puppet: open it: why"\nfails p'
  fails 'exit status 1' <<<$'start p puppet err "puppet: open it: why" exit 2\nfails p'
  fails NO_MESSAGE <<<$'start p puppet err "open it: why" exit 1\nfails p'
  fails NO_MESSAGE <<<$'start p puppet err "puppet: it failed" exit 1\nfails p'
  fails NO_MESSAGE 'nothing there' <<<$'start p puppet out "puppet: open it: why" exit 1\nfails p'
}

@test "complains: a status and any words" {
  passes <<'END'
start p puppet err usage exit 2
complains p 2
END
  fails NO_MESSAGE <<<$'start p puppet exit 2\ncomplains p 2'
  fails <<<$'start p puppet err usage exit 1\ncomplains p 2'
}

@test "processes that are left behind fail the check, and are killed" {
  fails LEFT_PROCESSES <<<$'start p puppet child exit 0\nexits p 0'
}

@test "input and noinput" {
  passes <<'END'
start p puppet stdin stdin stdin
input p "one\ntwo\n"
says p one
says p two
noinput p
says p "end of input"
exits p 0
END
}

@test "kill and stop" {
  passes <<'END'
start p puppet deaf stdin
kill p
start p puppet stdin
stop p
END
  fails 'ends when it is told to' <<<$'start p puppet deaf out ready stdin\nsays p ready\nstop p'
}

@test "idle: at rest or not" {
  passes <<<$'start p puppet stdin\nidle p'
  [[ -d /proc/self ]] || return 0
  fails SPINS 'milliseconds' <<<$'start p puppet out ready spin\nsays p ready\nidle p'
}

@test "lean: memory of its own" {
  [[ -r /proc/self/smaps_rollup || -r /proc/self/status ]] || skip 'needs /proc'
  passes <<<$'start p puppet memory 1 out ready stdin\nsays p ready\nlean p 20'
  fails MEMORY_GROWS MiB <<<$'start p puppet memory 64 out ready stdin\nsays p ready\nlean p 20'
}

@test "at the end a program must still run, unless its end was seen" {
  passes <<<$'start p puppet stdin'
  fails 'the program still runs' 'exit status 3' <<<$'start p puppet out one stdin exit 3\nsays p one\nnoinput p\nlater 500'
}

@test "a sanitizer's report and a part that is not written fail any check" {
  fails SANITIZER <<<$'start p puppet err "==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1" exit 1\ncomplains p 1'
  fails NOT_WRITTEN 'todo: TODO 3: sing' <<<$'start p puppet err "puppet: TODO 3: sing is not written yet" exit 1\ncomplains p 1'
}

@test "too much output stops a program" {
  printf '#!/bin/sh\nexec yes\n' >"$BUILD/shouts"
  chmod +x "$BUILD/shouts"
  fails TOO_MUCH_OUTPUT <<<$'start p shouts\nexits p 0'
}

@test "listening: any port, a port that was told" {
  passes <<'END'
port free
start p puppet listen 0 stdin
listening p
start q puppet listen $free stdin
listening q 127.0.0.1 $free
start r puppet out "$p.port $q.address $free" stdin
says r "$p.port 127.0.0.1 $q.port"
END
  fails 'a socket that listens on 127.0.0.1' NOT_LISTENING <<<$'port free\nstart p puppet bind $free stdin\nlistening p 127.0.0.1 $free'
  fails WRONG_ADDRESS <<<$'port a\nport b\nstart p puppet listen $b stdin\nlistening p 127.0.0.1 $a'
  fails 'exit status 7' <<<$'start p puppet exit 7\nlistening p'
}

@test "listening: the swapped port" {
  local script=$'port a\nstart p swapped $a\nlistening p 127.0.0.1 $a'
  # shellcheck disable=SC2016 # for sh
  printf '#!/bin/sh\nexec "%s" listen $(($1 %% 256 * 256 + $1 / 256)) stdin\n' "$BUILD/puppet" >"$BUILD/swapped"
  chmod +x "$BUILD/swapped"
  fails BYTE_ORDER <<<"$script"
}

@test "listen, accept, expect, send, end: a client" {
  passes <<'END'
listen l
start p puppet connect $l.port send Hello recv 3 out got shut drain exit 0
accept c l
expect c Hel
expect c lo
send c "abc"
says p got
end c
close c
exits p 0
END
  fails 'a client that connects' <<<$'listen l\nstart p puppet stdin\naccept c l'
  fails 'exit status 0' <<<$'listen l\nstart p puppet\naccept c l'
}

@test "connect: to a program, to a port, to nobody" {
  passes <<'END'
start p puppet listen 0 accept echo accept echo stdin
listening p
connect a p
send a Hello
expect a Hello
close a
connect b $p.port 127.0.0.1
send b again
shut b
expect b again
dead d
start q puppet out "$b.port $b.address $d.port"
exits q 0
END
  fails 'a connection' 'refused' <<<$'dead d\nconnect c $d.port'
}

@test "dead: nobody is there" {
  passes <<'END'
dead d
start p puppet connect $d.port
fails p
END
}

@test "IPv6" {
  [[ -r /proc/net/if_inet6 ]] || skip 'needs IPv6'
  passes <<'END'
ipv6
start p puppet six accept echo close stdin
listening p ::1
connect c p
send c six
shut c
expect c six
END
  fails WRONG_ADDRESS <<<$'start p puppet listen 0 stdin\nlistening p ::1'
}

@test "expect: other bytes, too few, a reset, silence" {
  fails 'expected: "Hello"' 'got: "Help"' 'byte 4' <<<$'listen l\nstart p puppet connect $l.port send Help stdin\naccept c l\nexpect c Hello'
  fails 'where the stream ended' <<<$'listen l\nstart p puppet connect $l.port send Hel close stdin\naccept c l\nexpect c Hello'
  fails 'a reset' <<<$'listen l\nstart p puppet connect $l.port reset stdin\naccept c l\nexpect c Hello'
  fails 'nothing more came' <<<$'listen l\nstart p puppet connect $l.port send Hel stdin\naccept c l\nexpect c Hello'
}

@test "expect: a line end too many" {
  fails TRAILING_NEWLINE <<<$'listen l\nstart p puppet connect $l.port send "Hello\\n" shut stdin\naccept c l\nexpect c Hello\nend c'
}

@test "end and gone: the end of the stream, nothing more" {
  passes <<'END'
listen l
start p puppet connect $l.port send a shut stdin
accept c l
expect c a
end c
start q puppet connect $l.port reset stdin
accept d l
gone d
END
  fails 'got: "b"' <<<$'listen l\nstart p puppet connect $l.port send ab shut stdin\naccept c l\nexpect c a\nend c'
  fails 'keeps the connection open' <<<$'listen l\nstart p puppet connect $l.port send a stdin\naccept c l\nexpect c a\nend c'
  fails 'was reset' <<<$'listen l\nstart p puppet connect $l.port reset stdin\naccept c l\nend c'
}

@test "until and only" {
  passes <<'END'
listen l
start p puppet connect $l.port send "GET /\r\nHost: x\r\n\r\nrest" send "HiHiHi" shut stdin
accept c l
until c "\r\n\r\n" head
expect c rest
send c 123
only c Hi
start q puppet out "$head"
prints q "GET /\r\nHost: x\r\n\r\n\n"
END
  fails 'bytes up to "\r\n\r\n"' <<<$'listen l\nstart p puppet connect $l.port send "GET /\\r\\n" shut stdin\naccept c l\nuntil c "\\r\\n\\r\\n" head'
  fails <<<$'listen l\nstart p puppet connect $l.port send "HiHiHa" shut stdin\naccept c l\nsend c 123\nonly c Hi'
  fails <<<$'listen l\nstart p puppet connect $l.port send "HiH" shut stdin\naccept c l\nsend c 123\nonly c Hi'
  fails 'keeps the connection open' <<<$'listen l\nstart p puppet connect $l.port send "Hi" stdin\naccept c l\nsend c 123\nonly c Hi'
}

@test "answered: as often as it was received" {
  passes <<'END'
start p puppet listen 0 accept recv 2 out "received: ab" send Yes recv 1 out "received: c" send Yes shut stdin
listening p
connect c p
send c ab
received p ab
send c c
received p c
shut c
only c Yes
answered p c Yes
END
  fails <<'END'
start p puppet listen 0 accept recv 2 out "received: a" out "received: b" send Yes shut stdin
listening p
connect c p
send c ab
received p ab
shut c
only c Yes
answered p c Yes
END
}

@test "dribble and taken: the program reads" {
  passes <<'END'
listen l
start p puppet connect $l.port recv 5 out five stdin
accept c l
dribble c "He\0lo"
says p five
END
  passes <<'END'
listen l
start p puppet connect $l.port recv 5 stdin
accept c l
send c Hello
taken c
END
  fails 'byte 3' <<<$'listen l\nstart p puppet connect $l.port recv 2 stdin\naccept c l\ndribble c Hello'
  fails 'lie unread' <<<$'listen l\nstart p puppet connect $l.port recv 2 stdin\naccept c l\nsend c Hello\ntaken c'
}

@test "send, offer and stuff: what the program does not read" {
  passes <<'END'
random much 8M
start p puppet listen 0 accept echo shut stdin
listening p
small c
connect c p
stuff c $much
shut c
expect c $much
end c
END
  passes <<'END'
random much 8M
listen l
start p puppet connect $l.port reset stdin
accept c l
offer c $much
END
  fails 'takes no more' <<<$'random much 16M\nlisten l\nstart p puppet connect $l.port stdin\naccept c l\nsend c $much'
  fails 'closed or reset' <<<$'random much 16M\nlisten l\nstart p puppet connect $l.port reset stdin\naccept c l\nsend c $much'
}

@test "shut, close, reset: what the program sees" {
  passes <<'END'
listen l
start p puppet connect $l.port drain out end send still close stdin
accept c l
shut c
says p end
expect c still
end c
start q puppet connect $l.port drain out end stdin
accept d l
reset d
says q end
END
}

@test "date and clock" {
  passes <<'END'
start p puppet listen 0 accept date "%Y-%m-%d %H:%M:%S" close stdin
listening p
connect c p
date c
start q TZ=IST-5:30 puppet listen 0 accept date "%Y-%m-%d %H:%M:%S" close stdin
listening q
connect d q
date d IST-5:30
END
  fails <<<$'start p puppet listen 0 accept close stdin\nlistening p\nconnect c p\ndate c'
  fails WRONG_ZONE <<<$'start p puppet listen 0 accept date "%Y-%m-%d %H:%M:%S" close stdin\nlistening p\nconnect c p\ndate c IST-5:30'
  fails <<<$'start p puppet listen 0 accept date "%d.%m.%Y %H:%M:%S" close stdin\nlistening p\nconnect c p\ndate c'
  fails 'keeps the connection open' <<<$'start p puppet listen 0 accept date "%Y-%m-%d %H:%M:%S" stdin\nlistening p\nconnect c p\ndate c'
  passes <<'END'
start p puppet listen 0 out ready accept date "%Y-%m-%d %-H:%M:%S" close stdin
listening p
connect c p
clock c
END
  fails STALE_TIME <<'END'
start p puppet keep "%Y-%m-%d %H:%M:%S" listen 0 accept kept close stdin
listening p
later 300
connect c p
date c
END
}

@test "datagrams" {
  passes <<'END'
start p puppet udp 0 answer "Hello, you!" answer "" stdin
bound p
udp u
sendto u p "you"
expect u "Hello, you!"
sendto u p ""
expect u ""
quiet u
END
  fails <<<$'start p puppet udp 0 answer "" stdin\nbound p\nudp u\nsendto u p you\nexpect u "Hello, you!"'
  fails '"" (0 bytes)' <<<$'start p puppet udp 0 answer "Hello" stdin\nbound p\nudp u\nsendto u p you\nexpect u ""'
  fails <<<$'start p puppet udp 0 answer "Hello" stdin\nbound p\nudp u\nsendto u p you\nexpect u "Hello, you!"'
  fails <<<$'start p puppet udp 0 stdin\nbound p\nudp u\nsendto u p you\nexpect u "Hello, you!"'
  fails 'a datagram of 0 bytes' <<<$'start p puppet udp 0 stdin\nbound p\nudp u\nsendto u p you\nexpect u ""'
  fails 'a socket that is bound' <<<$'start p puppet stdin\nbound p'
  fails 'no datagram here' <<<$'start p puppet pause\nudp u\nudp v\nsendto v u ""\nquiet u'
}

@test "datagrams: answers, strangers, and ports that refuse" {
  passes <<'END'
fill large 65507 "x"
nobody n
udp u
udp v 127.0.0.2
start p puppet ask $n.port "Tom" ask $u.port "Tom" ask $u.port "Ann" ask $u.port "Tim" stdin
says p "no answer: Connection refused"
expect u "Tom"
intrude v u "Hello, V!"
reply u "Hello, U!"
says p "Hello, U!"
datagram u name
match name ^Ann$
dies u
reply u "Hello, Ann!"
says p "Hello, Ann!"
says p "no answer: Connection refused"
revives u
sendto v u $large
expect u $large
quiet u
END
  fails NO_TIMEOUT <<'END'
udp u
udp v 127.0.0.2
start p puppet ask $u.port "Tom" stdin
expect u "Tom"
nag v u "Hello, Tom!"
END
  passes <<'END'
udp u
udp v
start p puppet ask $u.port "Tom" exit 0
expect u "Tom"
reply u "Hello, Tom!"
nag v u "Hello, Tom!"
exits p 0
END
}

@test "match and crlf" {
  passes <<'END'
set a "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
match a '^GET /x HTTP/1\.1$'
match a '^host: *a$' anycase
crlf a
END
  fails 'a line that matches ^POST' <<<$'set a "GET"\nmatch a "^POST"'
  fails <<<$'set a "Host: x"\nmatch a "^host"'
  fails 'every line ends in' <<<$'set a "a\\nb\\r\\n"\ncrlf a'
}

@test "files: what is there, and what is in it" {
  passes <<'END'
file old "before\0"
start p puppet file new "text" stdin
same old "before\0"
files old new
kill p
END
  passes <<<'files'
  fails 'a file new' <<<$'same new x'
  fails 'byte 2' <<<$'file new abc\nsame new axc'
  fails 'no file but: a' 'b' <<<$'file b x\nfiles a'
}

@test "alone: the fixed ports, for many at once" {
  local i pids=() pid
  cat >script <<'END'
alone 9999
start p puppet listen 9999 accept echo stdin
listening p 127.0.0.1 9999
connect c p
send c a
expect c a
END
  for ((i = 0; i < 4; i++)); do
    "$TOOLS/play" <script >"said$i" 2>&1 3>&- &
    pids+=("$!")
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || [[ $? -eq 77 ]]
  done
}

@test "times: rounds, and their number" {
  passes <<'END'
start p puppet listen 0 accept echo close again
listening p
times 3
connect c p
send c "round $round"
shut c
expect c "round $round"
end c
done
connect c p
END
}

@test "later lets time pass" {
  local start=$SECONDS
  passes <<<'later 1100'
  ((SECONDS > start))
}

@test "twofold: a name with two addresses, which servers take, too" {
  passes <<'END'
twofold name
start p puppet out "$name" stdin
listen l last $name
start q puppet connect $l.port stdin
END
  [[ $(grep -c twofold.test /etc/hosts) -eq 0 ]]
}

@test "linux: elsewhere the check is left out" {
  run "$TOOLS/play" <<<'linux epoll'
  if [[ $(uname) == Linux ]]; then
    expected 0
  else
    expected 77 epoll
  fi
}

@test "the verdict and the log go to LOGS, as lines of their own" {
  mkdir logs
  LOGS=$PWD/logs CHECK=5 run "$TOOLS/play" <<<$'start p puppet out "x\\ncause: NONE\\n\\x1b[31m\\xff" stdin\nsays p "y\\ncause: OTHER"'
  expected 1
  [[ $(cut -d : -f 1 logs/5.verdict | tr '\n' ' ') == 'cause sentence expected got program ' ]]
  [[ $(LC_ALL=C tr -d '\n' <logs/5.verdict | LC_ALL=C grep -c '[^ -~]') -eq 0 ]]
  grep -qF '>>> here it differs' logs/5.log
  grep -qF 'x\ncause: NONE' logs/5.log
  rm logs/5.*
  LOGS=$PWD/logs CHECK=5 VERBOSE=1 run "$TOOLS/play" <<<$'start p puppet out x\nexits p 0'
  expected 0
  grep -qF 'prints "x' logs/5.log
  [[ ! -e logs/5.verdict ]]
}

@test "a conversation that fails at once, with many peers and programs, ends at once" {
  local start=$SECONDS
  fails 'exit status 4' <<'END'
listen l
start a puppet stdin
start b puppet listen 0 stdin
listening b
start c puppet connect $l.port pause
accept x l
connect y b
start d puppet exit 4
exits d 0
END
  ((SECONDS - start <= 3))
}
