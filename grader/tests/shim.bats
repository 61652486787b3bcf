#!/usr/bin/env bats
# The tests of the shim: a program that tries every wrapped call, linked with
# shim.o as the grader links a student's, says what the calls did.
bats_require_minimum_version 1.5.0

setup_file() {
  TOOLS=${TOOLS:-$BATS_TEST_DIRNAME/../../build/tools}
  SHIM=$(cd "$TOOLS" && pwd)/shim.o || return
  SOURCE=$(cd "$BATS_TEST_DIRNAME/../tools" && pwd)/shim.c || return
  export SHIM SOURCE
  cd "$BATS_FILE_TMPDIR" || return
  write_calls >calls.c
  link_calls calls "$SHIM" "${CC:-cc}"
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  CALLS=$BATS_FILE_TMPDIR/calls
}

# wrapped_names: prints the names the shim wraps.
wrapped_names() {
  awk '$2 == "WRAP:" { for (i = 3; i <= NF; i++) print $i }' "$SOURCE"
}

# link_calls PROGRAM OBJECT COMPILER...: builds calls.c with the shim.
link_calls() {
  local program=$1 object=$2 wraps=() name
  while read -r name; do
    wraps+=("-Wl,--wrap=$name")
  done < <(wrapped_names)
  "${@:3}" -D_GNU_SOURCE -Wall -Wextra -Wno-unused-result -pthread -o "$program" \
    "$BATS_FILE_TMPDIR/calls.c" "$object" "${wraps[@]}"
}

# says LINE...: the output consists of these lines.
says() {
  local expected
  expected=$(printf '%s\n' "$@")
  [ "$output" = "$expected" ] || {
    printf 'expected:\n%s\ngot, with status %s:\n%s\n' "$expected" "$status" "$output"
    return 1
  }
}

# says_moved N [M]: each call that sends on a stream socket has moved N bytes,
# and each that receives M, or N too.
says_moved() {
  local m=${2-$1}
  says "send $1" "write $1" "sendto $1" "sendmsg $1" "writev $1" \
    "recv $m" "read $m" "recvfrom $m" "recvmsg $m" "readv $m"
}

# variant COMPILER...: with the shim and the program built this way, stream
# sockets are cut and time stands still, and only where the environment asks.
variant() {
  type -P "$1" >/dev/null || skip "$1 is not installed"
  "$1" -D_GNU_SOURCE -c -o shim.o "$SOURCE"
  link_calls calls shim.o "$@" 2>said || {
    cat said
    # A compiler without the libraries of its sanitizers.
    grep -q 'san' said && skip "$* does not link"
    return 1
  }
  run -0 ./calls stream
  says_moved 100
  SHIM_CUT=7 run -0 ./calls stream
  says_moved 7
  SHIM_TIME=1700000000.000042 run -0 ./calls time
  says "time 1700000000 1700000000" "gettimeofday 1700000000.000042" \
    "clock_gettime 1700000000.000042000" "timespec_get 1700000000.000042000" "monotonic goes on"
}

# calls WHAT [number]: see its end.
write_calls() {
  cat <<'END'
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH = 100 };

static int ends[2];
static char data[LENGTH], room[LENGTH];
/* Two pieces, and an empty one before them. */
static struct iovec from[] = {{data, 0}, {data, 60}, {data + 60, 40}};
static struct iovec into[] = {{room, 0}, {room, 60}, {room + 60, 40}};

/* Lets the other end have the bytes from number sent on. */
static void fill_from(size_t sent)
{
    ssize_t n;
    for (; sent < LENGTH; sent += (size_t)n)
        if ((n = send(ends[0], data + sent, LENGTH - sent, 0)) == -1)
            n = 0;
}

static void fill(void)
{
    fill_from(0);
}

/* Takes back all that is there. */
static void drain(void)
{
    char byte[LENGTH];
    while (recv(ends[1], byte, sizeof byte, MSG_DONTWAIT) > 0 || errno == EINTR)
        errno = 0;
}

static void show(const char *name, ssize_t n)
{
    if (n == -1)
        printf("%s: %s\n", name, strerror(errno));
    else
        printf("%s %zd\n", name, n);
}

/* Shows what a receiving call returned, and whether the bytes are right. */
static void show_received(const char *name, ssize_t n)
{
    show(name, n);
    if (n > 0 && memcmp(room, data, (size_t)n) != 0)
        puts("other bytes");
    drain();
    memset(room, 0, sizeof room);
}

/* Shows what a sending call returned, and whether so many bytes came. */
static void show_sent(const char *name, ssize_t n)
{
    ssize_t got = 0, more;
    show(name, n);
    while ((more = recv(ends[1], room + got, (size_t)(LENGTH - got), MSG_DONTWAIT)) > 0)
        got += more;
    if (got != n || memcmp(room, data, (size_t)got) != 0)
        printf("%zd other bytes\n", got);
    memset(room, 0, sizeof room);
}

static void try_stream(void)
{
    struct msghdr out = {.msg_iov = from, .msg_iovlen = 3};
    struct msghdr in = {.msg_iov = into, .msg_iovlen = 3, .msg_flags = -1};
    show_sent("send", send(ends[0], data, LENGTH, 0));
    show_sent("write", write(ends[0], data, LENGTH));
    show_sent("sendto", sendto(ends[0], data, LENGTH, 0, NULL, 0));
    show_sent("sendmsg", sendmsg(ends[0], &out, 0));
    show_sent("writev", writev(ends[0], from, 3));
    fill();
    show_received("recv", recv(ends[1], room, LENGTH, 0));
    fill();
    show_received("read", read(ends[1], room, LENGTH));
    fill();
    show_received("recvfrom", recvfrom(ends[1], room, LENGTH, 0, NULL, NULL));
    fill();
    show_received("recvmsg", recvmsg(ends[1], &in, 0));
    if (in.msg_flags != 0 || in.msg_iov != into || in.msg_iovlen != 3)
        puts("another message header");
    fill();
    show_received("readv", readv(ends[1], into, 3));
}

static void try_whole(void)
{
    fill();
    show_received("peek", recv(ends[1], room, LENGTH, MSG_PEEK));
    fill();
    show_received("all", recv(ends[1], room, LENGTH, MSG_WAITALL));
}

/* The signal comes when MSG_WAITALL has got one half and waits for the other. */
static void try_flushed_wait(void)
{
    int waiting = 1;
    fflush(stdout);
    if (fork() == 0) {
        send(ends[0], data, LENGTH / 2, 0);
        while (ioctl(ends[1], FIONREAD, &waiting) == 0 && waiting > 0)
            sched_yield();
        kill(getppid(), SIGWINCH);
        fill_from(LENGTH / 2);
        _exit(0);
    }
    show_received("all", recv(ends[1], room, LENGTH, MSG_WAITALL));
    wait(NULL);
}

/* Pipes and datagrams. */
static void try_others(void)
{
    struct msghdr out = {.msg_iov = from, .msg_iovlen = 3};
    struct msghdr in = {.msg_iov = into, .msg_iovlen = 3};
    errno = E2BIG;
    pipe(ends);
    show("write", write(ends[1], data, LENGTH));
    show("read", read(ends[0], room, LENGTH));
    show("writev", writev(ends[1], from, 3));
    show("readv", readv(ends[0], into, 3));
    socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
    show("send", send(ends[0], data, LENGTH, 0));
    show("recv", recv(ends[1], room, LENGTH, 0));
    show("sendmsg", sendmsg(ends[0], &out, 0));
    show("recvmsg", recvmsg(ends[1], &in, 0));
    printf("errno %s\n", errno == E2BIG ? "kept" : "lost");
}

/* So many calls on a stream socket that may block, and some that may not. */
static void try_interrupts(int count)
{
    for (int i = 0; i < count; i++) {
        (void)!write(1, "", 0);
        recv(ends[0], room, 1, MSG_DONTWAIT);
        errno = 0;
        show("send", send(ends[0], data, 1, 0));
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (int i = 0; i < count; i++)
        if (write(ends[0], data, 1) == -1 && errno == EINTR)
            puts("a call that cannot block was interrupted");
}

static void *send_many(void *number)
{
    long *interrupted = number;
    for (int i = 0; i < 10000; i++)
        if (send(ends[0], data, 0, 0) == -1 && errno == EINTR)
            ++*interrupted;
    return NULL;
}

/* Four threads at once: how many calls of 40,000 were interrupted? */
static void try_threads(void)
{
    pthread_t threads[4];
    long interrupted[4] = {0};
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, send_many, &interrupted[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("%ld\n", interrupted[0] + interrupted[1] + interrupted[2] + interrupted[3]);
}

/* The length is not known before the program runs, the room is: what
 * _FORTIFY_SOURCE checks. */
static void try_fortified(int length)
{
    char small[LENGTH];
    fill();
    show("recv", recv(ends[1], small, (size_t)length, 0));
    drain();
    fill();
    show("read", read(ends[1], small, (size_t)length));
    drain();
    fill();
    show("recvfrom", recvfrom(ends[1], small, (size_t)length, 0, NULL, NULL));
}

static void show_time(void)
{
    time_t seconds;
    struct timeval fine;
    struct timespec finer, before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    printf("time %lld ", (long long)time(&seconds));
    printf("%lld\n", (long long)seconds);
    gettimeofday(&fine, NULL);
    printf("gettimeofday %lld.%06ld\n", (long long)fine.tv_sec, (long)fine.tv_usec);
    clock_gettime(CLOCK_REALTIME, &finer);
    printf("clock_gettime %lld.%09ld\n", (long long)finer.tv_sec, finer.tv_nsec);
#ifdef CLOCK_REALTIME_COARSE
    clock_gettime(CLOCK_REALTIME_COARSE, &before);
    if (before.tv_sec - finer.tv_sec > 1)
        puts("another coarse time");
    clock_gettime(CLOCK_MONOTONIC, &before);
#endif
    if (timespec_get(&finer, TIME_UTC) != TIME_UTC)
        puts("no UTC");
    printf("timespec_get %lld.%09ld\n", (long long)finer.tv_sec, finer.tv_nsec);
    do
        clock_gettime(CLOCK_MONOTONIC, &after);
    while (after.tv_sec == before.tv_sec && after.tv_nsec == before.tv_nsec);
    puts("monotonic goes on");
}

/* An answer that stdio keeps, as it does on a pipe, and the signal. */
static void try_flush(void)
{
    struct sigaction action;
    sigaction(SIGWINCH, NULL, &action);
    printf("%s\n", action.sa_flags & SA_RESTART ? "restarts" : "default");
    raise(SIGWINCH);
    _exit(0);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    alarm(30);
    int number = argc > 2 ? atoi(argv[2]) : 0;
    for (int i = 0; i < LENGTH; i++)
        data[i] = (char)(i + 1);
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    if (strcmp(what, "stream") == 0)
        try_stream();
    else if (strcmp(what, "whole") == 0)
        try_whole();
    else if (strcmp(what, "others") == 0)
        try_others();
    else if (strcmp(what, "interrupts") == 0)
        try_interrupts(number);
    else if (strcmp(what, "threads") == 0)
        try_threads();
    else if (strcmp(what, "fortified") == 0)
        try_fortified(number);
    else if (strcmp(what, "time") == 0)
        show_time();
    else if (strcmp(what, "flush") == 0)
        try_flush();
    else if (strcmp(what, "flushed-wait") == 0)
        try_flushed_wait();
    return 0;
}
END
}

@test "without the environment's word nothing changes" {
  run -0 "$CALLS" stream
  says_moved 100
  SHIM_CUT=0 SHIM_EINTR=0 run -0 "$CALLS" stream
  says_moved 100
  SHIM_CUT=7x SHIM_EINTR=two SHIM_TIME=now run -0 "$CALLS" stream
  says_moved 100
  run -0 "$CALLS" threads
  says 0
  run -0 "$CALLS" flush
  says
}

@test "SHIM_CUT cuts what moves over a stream socket" {
  local n
  for n in 1 7 60; do
    SHIM_CUT=$n run -0 "$CALLS" stream
    says_moved "$n"
  done
  SHIM_CUT=100 run -0 "$CALLS" stream
  says_moved 100
}

@test "SHIM_CUT_OUT cuts what is sent" {
  SHIM_CUT_OUT=7 run -0 "$CALLS" stream
  says_moved 7 100
  SHIM_CUT=3 SHIM_CUT_OUT=7 run -0 "$CALLS" stream
  says_moved 7 3
}

@test "SHIM_CUT leaves MSG_PEEK and MSG_WAITALL whole" {
  SHIM_CUT=7 run -0 "$CALLS" whole
  says "peek 100" "all 100"
}

@test "SHIM_CUT leaves pipes and datagrams whole, and errno as it was" {
  SHIM_CUT=7 SHIM_EINTR=2 run -0 "$CALLS" others
  says "write 100" "read 100" "writev 100" "readv 100" \
    "send 100" "recv 100" "sendmsg 100" "recvmsg 100" "errno kept"
}

@test "SHIM_EINTR interrupts every k-th call that may block" {
  SHIM_EINTR=3 run -0 "$CALLS" interrupts 7
  says "send 1" "send 1" "send: Interrupted system call" \
    "send 1" "send 1" "send: Interrupted system call" "send 1"
}

@test "SHIM_EINTR=1 interrupts nothing, or no program could get on" {
  SHIM_EINTR=1 run -0 "$CALLS" interrupts 2
  says "send 1" "send 1"
}

@test "SHIM_EINTR counts the calls of all threads" {
  SHIM_EINTR=5 run -0 "$CALLS" threads
  says 8000
}

@test "SHIM_TIME is the time of day, and stands still" {
  SHIM_TIME=981173106.500000 run -0 "$CALLS" time
  says "time 981173106 981173106" "gettimeofday 981173106.500000" \
    "clock_gettime 981173106.500000000" "timespec_get 981173106.500000000" "monotonic goes on"
  SHIM_TIME=0 run -0 "$CALLS" time
  [ "${lines[0]}" = "time 0 0" ]
}

@test "SHIM_FLUSH makes SIGWINCH flush stdio" {
  SHIM_FLUSH=1 run -0 "$CALLS" flush
  says restarts
}

@test "the flush does not end a wait for all bytes" {
  SHIM_FLUSH=1 run -0 "$CALLS" flushed-wait
  says "all 100"
}

@test "every name of the list is wrapped, and no other" {
  type -P nm >/dev/null || skip "nm is not installed"
  nm "$SHIM" | awk '$2 == "T" && sub(/^__wrap_/, "", $3) { print $3 }' | sort >wrapped
  wrapped_names | sort >listed
  diff listed wrapped
}

@test "calls that _FORTIFY_SOURCE checks are cut, and still checked" {
  link_calls calls "$SHIM" "${CC:-cc}" -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
  SHIM_CUT=7 run -0 ./calls fortified 50
  says "recv 7" "read 7" "recvfrom 7"
  if nm calls | grep -q __recv_chk; then
    SHIM_CUT=7 run -134 ./calls fortified 101
  fi
}

@test "gcc" {
  variant gcc -O2
}

@test "gcc with sanitizers" {
  variant gcc -g -fsanitize=address,undefined
}

@test "clang" {
  variant clang -O2
}

@test "clang with sanitizers" {
  variant clang -g -fsanitize=address,undefined
}

@test "ThreadSanitizer" {
  variant "${CC:-cc}" -g -fsanitize=thread
}

@test "musl" {
  variant musl-gcc
}

@test "a static program" {
  variant "${CC:-cc}" -static
}
