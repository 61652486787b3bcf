#!/usr/bin/env bats
# The tests of launch. Two small programs help: `drive` starts launch the way
# the grader does, does something to it and says what came of it; `prog` is the
# program that launch starts, well-behaved or not. Nothing here waits for a
# time: where launch is wrong, drive dies of its own alarm.

bats_require_minimum_version 1.5.0

setup_file() {
  TOOLS=${TOOLS:-$BATS_TEST_DIRNAME/../../build/tools}
  LAUNCH=$(cd "$TOOLS" && pwd)/launch || return
  export LAUNCH
  cd "$BATS_FILE_TMPDIR" || return
  write_drive >drive.c
  write_prog >prog.c
  local name
  for name in drive prog; do
    ${CC:-cc} -D_GNU_SOURCE -Wall -Wextra -o "$name" "$name.c" || return
  done
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  DRIVE=$BATS_FILE_TMPDIR/drive
  PROG=$BATS_FILE_TMPDIR/prog
}

# on_linux: skips the test elsewhere.
on_linux() {
  [ "$(uname)" = Linux ] || skip "needs Linux"
}

# drive ACTION OPTION...: runs prog, as the options of launch say, and does
# ACTION to launch.
drive() {
  run "$DRIVE" "$1" "$LAUNCH" "${@:2}"
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

# drive ACTION launch ...: starts launch with its standard output and error into
# a pipe that everything below inherits, with one end of a socket pair as
# descriptor 60, and with the writing end of another pipe as descriptor 57.
# Copies what comes out of the pipe until its end or the line "ready". Then does
# the ACTION:
#
#   none     nothing
#   N        sends signal N to launch
#   k, t     sends this order
#   close    closes its end of the socket pair
#   orphan   kills the process that started launch
#   end      waits until nobody has the pipe open any more, then orders k
#
# and waits for launch. Prints how it ended, then its report (after '> ',
# without the program's pid), then whatever is wrong.
write_drive() {
  cat <<'END'
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int output[2], channel[2], leak[2];

/* With its standard error apart where launch is to be killed: the end of that
 * is for someone above to see. */
static void become_launch(char **words, bool apart)
{
    if (!apart && dup2(output[1], 2) == -1)
        err(99, "dup2");
    if (dup2(output[1], 1) == -1 || dup2(channel[1], 60) == -1 || dup2(leak[1], 57) == -1)
        err(99, "dup2");
    execv(words[0], words);
    err(99, "%s", words[0]);
}

/* Starts launch or, where it is to become an orphan, its parent. */
static pid_t start(char **words, bool orphan, bool apart)
{
    pid_t pid = fork();
    if (pid == 0 && orphan && fork() != 0) {
        alarm(30);
        close(output[1]);
        close(leak[1]);
        close(channel[1]);
        for (;;)
            pause();
    }
    if (pid == 0)
        become_launch(words, apart);
    /* kill(-1) is everybody. */
    if (pid == -1)
        err(99, "fork");
    return pid;
}

/* Copies the output to its end or to "ready"; returns whether there was one. */
static bool copy_output(void)
{
    char line[4096];
    size_t length = 0;
    while (length < sizeof line - 1 && read(output[0], line + length, 1) == 1) {
        if (line[length++] != '\n')
            continue;
        line[length] = '\0';
        if (strcmp(line, "ready\n") == 0)
            return true;
        fputs(line, stdout);
        length = 0;
    }
    return false;
}

static void copy_report(void)
{
    FILE *report = fdopen(channel[0], "r");
    char line[4096];
    int pid;
    while (fgets(line, sizeof line, report) != NULL)
        if (sscanf(line, "pid %d", &pid) == 1)
            puts("> pid");
        else
            printf("> %s", line);
}

int main(int argc, char **argv)
{
    char byte;
    int status;
    if (argc < 3)
        errx(99, "usage");
    const char *action = argv[1];
    bool orphan = strcmp(action, "orphan") == 0;
    alarm(30);
    signal(SIGALRM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    if (pipe(output) == -1 || pipe(leak) == -1 || socketpair(AF_UNIX, SOCK_STREAM, 0, channel) == -1)
        err(99, "pipe");
    for (int i = 0; i < 2; i++) {
        fcntl(output[i], F_SETFD, FD_CLOEXEC);
        fcntl(leak[i], F_SETFD, FD_CLOEXEC);
        fcntl(channel[i], F_SETFD, FD_CLOEXEC);
    }
    pid_t pid = start(argv + 2, orphan, strcmp(action, "9") == 0);
    close(output[1]);
    close(leak[1]);
    close(channel[1]);
    copy_output();
    /* Blocks for ever where launch or a program holds what is not its own. */
    if (read(leak[0], &byte, 1) != 0)
        puts("an open descriptor");
    if (strcmp(action, "end") == 0) {
        copy_output();
        action = "k";
    }
    if (orphan)
        kill(pid, SIGKILL);
    else if (strcmp(action, "close") == 0)
        shutdown(channel[0], SHUT_WR);
    else if (strchr("kt", *action) != NULL)
        (void)!write(channel[0], action, 1);
    else if (strcmp(action, "none") != 0)
        kill(pid, atoi(action));
    if (waitpid(pid, &status, 0) != pid)
        err(99, "waitpid");
    if (orphan)
        puts("launch is an orphan");
    else if (WIFSIGNALED(status))
        printf("signal %d\n", WTERMSIG(status));
    else
        printf("exit %d\n", WEXITSTATUS(status));
    /* Once launch has ended nobody has the pipe open; where launch cannot see
     * to that, the kernel does, or alarm strikes. */
    if (!orphan && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
        fcntl(output[0], F_SETFL, O_NONBLOCK);
    while ((status = (int)read(output[0], &byte, 1)) == 1)
        ;
    if (status != 0)
        puts("processes left");
    copy_report();
    return 0;
}
END
}

# prog WHAT [argument]: see the table at its end. Every process dies of its own
# alarm, should launch fail.
write_prog() {
  cat <<'END'
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int sync_ends[2];

/* Tells the leader that this process is as it should be. */
static void done(void)
{
    close(sync_ends[0]);
    close(sync_ends[1]);
}

/* The leader waits for all it has started. */
static void meet(void)
{
    char byte;
    close(sync_ends[1]);
    (void)!read(sync_ends[0], &byte, 1);
}

static void ready(void)
{
    (void)!write(1, "ready\n", 6);
}

static void stay(void)
{
    for (;;)
        pause();
}

/* Ignores every signal but its own alarm. */
static void ignore_all(void)
{
    for (int i = 1; i < NSIG; i++)
        if (i != SIGALRM)
            signal(i, SIG_IGN);
}

/* Forks; the child has an alarm too. Returns whether this is the child. */
static int is_child(void)
{
    pid_t pid = fork();
    if (pid == -1)
        err(98, "fork");
    if (pid == 0)
        alarm(60);
    return pid == 0;
}

static void make_daemon(void)
{
    if (!is_child())
        return;
    setsid();
    if (!is_child())
        _exit(0);
    ignore_all();
    done();
    stay();
}

/* Five others: a child, a daemon that ignores all, one that is stopped, a child
 * in a session of its own and its child. */
static void make_family(void)
{
    if (is_child()) {
        done();
        stay();
    }
    make_daemon();
    if (is_child()) {
        done();
        raise(SIGSTOP);
        stay();
    }
    if (is_child()) {
        setsid();
        if (is_child())
            setsid();
        done();
        stay();
    }
    meet();
    /* The stopped one is stopped, and the daemon's first parent reaped. */
    int stopped = 0, reaped = 0, status;
    while ((!stopped || !reaped) && waitpid(-1, &status, WUNTRACED) > 0)
        if (WIFSTOPPED(status))
            stopped = 1;
        else
            reaped = 1;
}

static void make_storm(int count)
{
    for (int i = 0; i < count; i++)
        if (is_child()) {
            setsid();
            ignore_all();
            done();
            stay();
        }
    meet();
}

/* A process that is never there for long: it forks and ends, for ever. */
static void make_chain(void)
{
    time_t end = time(NULL) + 60;
    if (!is_child())
        return;
    done();
    while (time(NULL) < end) {
        if (fork() > 0)
            _exit(0);
        setsid();
    }
    _exit(0);
}

/* A tree that grows for ever in one process group, 50 at most at a time. */
static void make_bomb(void)
{
    if (!is_child())
        return;
    for (int i = 0; i < 50; i++)
        if (is_child()) {
            done();
            for (;;) {
                if (is_child())
                    _exit(0);
                waitpid(-1, NULL, 0);
            }
        }
    done();
    stay();
}

static void show_fds(void)
{
    for (int i = 0; i < 1024; i++)
        if (fcntl(i, F_GETFD) != -1)
            printf("%d open\n", i);
}

static void show_signals(void)
{
    struct sigaction action;
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int i = 1; i < NSIG; i++) {
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            printf("%d not default\n", i);
        if (sigismember(&mask, i) == 1)
            printf("%d blocked\n", i);
    }
}

static void show_limits(void)
{
    struct rlimit files, bytes, core;
    getrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_FSIZE, &bytes);
    getrlimit(RLIMIT_CORE, &core);
    printf("%lld files\n%lld bytes\n", (long long)files.rlim_max, (long long)bytes.rlim_max);
    printf("%s\n", core.rlim_max <= 1 ? "no core" : "a core");
}

static void show_session(void)
{
    printf("session %s\n", getsid(0) == getpid() ? "own" : "another's");
    printf("group %s\n", getpgrp() == getpid() ? "own" : "another's");
    printf("terminal %s\n", open("/dev/tty", O_RDWR) == -1 ? "none" : "there");
}

/* An orphan that is killed is reaped while its ancestor still runs. */
static void show_orphan(void)
{
    int ends[2];
    pid_t orphan;
    struct timespec moment = {0, 1000000};
    if (pipe(ends) == -1)
        err(98, "pipe");
    if (is_child()) {
        if (is_child()) {
            orphan = getpid();
            (void)!write(ends[1], &orphan, sizeof orphan);
            stay();
        }
        _exit(0);
    }
    if (read(ends[0], &orphan, sizeof orphan) != sizeof orphan)
        err(98, "read");
    wait(NULL);
    kill(orphan, SIGKILL);
    while (kill(orphan, 0) == 0)
        nanosleep(&moment, NULL);
    puts("reaped");
}

static void handle_term(int number)
{
    (void)number;
    _exit(7);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 98;
    const char *what = argv[1];
    int number = argc > 2 ? atoi(argv[2]) : 0;
    if (strcmp(what, "signals") == 0)
        show_signals();
    alarm(60);
    if (pipe(sync_ends) == -1)
        return 98;
    if (strcmp(what, "fds") == 0) {
        done();
        show_fds();
    } else if (strcmp(what, "exit") == 0) {
        return number;
    } else if (strcmp(what, "die") == 0) {
        kill(getpid(), number);
    } else if (strcmp(what, "limits") == 0) {
        show_limits();
    } else if (strcmp(what, "session") == 0) {
        show_session();
    } else if (strcmp(what, "name") == 0) {
        puts(argv[0]);
    } else if (strcmp(what, "copy") == 0) {
        for (int c; (c = getchar()) != EOF;)
            putchar(c);
        fputs("to stderr\n", stderr);
    } else if (strcmp(what, "orphan") == 0) {
        show_orphan();
    } else if (strcmp(what, "daemon") == 0) {
        make_daemon();
        meet();
        return 3;
    } else if (strcmp(what, "storm") == 0) {
        make_storm(number);
    } else if (strcmp(what, "chain") == 0) {
        for (int i = 0; i < number; i++)
            make_chain();
        meet();
    } else if (strcmp(what, "bomb") == 0) {
        make_bomb();
        meet();
    } else if (strcmp(what, "zombies") == 0) {
        for (int i = 0; i < number; i++)
            if (is_child())
                _exit(i);
        /* They have ended once nobody has the pipe open. */
        meet();
    } else if (strcmp(what, "family") == 0) {
        make_family();
        return number;
    } else if (strcmp(what, "stay") == 0) {
        make_family();
        ready();
        stay();
    } else if (strcmp(what, "stubborn") == 0) {
        ignore_all();
        ready();
        stay();
    } else if (strcmp(what, "stop") == 0) {
        ready();
        raise(SIGSTOP);
    } else if (strcmp(what, "polite") == 0) {
        signal(SIGTERM, handle_term);
        ready();
        stay();
    } else if (strcmp(what, "mute") == 0) {
        ready();
        close(0);
        close(1);
        close(2);
        stay();
    }
    return 0;
}
END
}

@test "the exit status is the program's" {
  local n
  for n in 0 1 77 255; do
    run -"$n" "$LAUNCH" "$PROG" exit "$n"
  done
}

@test "a program killed by signal n gives 128 + n" {
  local n
  for n in 6 9 11 13 15; do
    run "$LAUNCH" "$PROG" die "$n"
    [ "$status" -eq $((128 + n)) ]
  done
}

@test "a program that is not found gives 127, one that cannot be executed 126" {
  run -127 "$LAUNCH" ./nothing
  [[ $output == "launch: ./nothing: "* ]]
  # With a folder in PATH that is closed to us it would be 126.
  PATH=/usr/bin:/bin run -127 "$LAUNCH" nothing-of-this-name
  run -126 "$LAUNCH" /
  [[ $output == "launch: /: "* ]]
  drive none -r 60 ./nothing
  [[ $output == *$'exit 127\n> exit 127\n> left 0' ]]
}

@test "a wrong command line gives 125 and the usage" {
  local wrong
  for wrong in "" "-x $PROG" "-t $PROG" "-t 0 $PROG" "-t nan $PROG" "-t -1 $PROG" \
    "-t 1s $PROG" "-f 2 $PROG" "-f -1 $PROG" "-o 1k $PROG" "-r 2 $PROG" \
    "-r 4294967299 $PROG" "-o 99999999999999999999 $PROG"; do
    # shellcheck disable=SC2086 # words
    run -125 "$LAUNCH" $wrong
    [[ $output == *"usage: launch "* ]]
  done
  run -125 "$LAUNCH" -r 77 "$PROG"
  [[ $output == "launch: descriptor 77: "* ]]
}

@test "the program's options are its own" {
  run -0 "$LAUNCH" echo -t x -- y
  says "-t x -- y"
  run -0 "$LAUNCH" -- echo -r 5
  says "-r 5"
}

@test "standard input, output and error pass through" {
  printf 'in\n' >in
  "$LAUNCH" "$PROG" copy <in >out 2>err
  [ "$(cat out err)" = $'in\nto stderr' ]
}

@test "-a is the program's name" {
  run -0 "$LAUNCH" -a ./hello "$PROG" name
  says ./hello
}

@test "every descriptor above 2 is closed" {
  run -0 "$LAUNCH" "$PROG" fds 3</ 4</ 9</ 200</
  says "0 open" "1 open" "2 open"
  drive none -r 60 "$PROG" fds
  says "0 open" "1 open" "2 open" "exit 0" "> pid" "> exit 0" "> left 0"
}

@test "a standard stream that is closed stays closed" {
  "$LAUNCH" "$PROG" fds 0<&- 2>&- >out
  [ "$(cat out)" = "1 open" ]
}

@test "launch itself keeps no end of the program's streams" {
  drive end -r 60 "$PROG" mute
  says "exit 137" "> pid" "> signal 9" "> left 0"
}

@test "signals have their default effect even where the caller ignores them" {
  drive none "$PROG" signals
  says "exit 0"
  run -0 bash -c 'trap "" PIPE INT HUP TERM USR1 CHLD; exec "$@"' - "$LAUNCH" "$PROG" signals
  says
}

@test "the program leads a session and a group, without a terminal" {
  run -0 "$LAUNCH" "$PROG" session
  says "session own" "group own" "terminal none"
}

@test "with -e a file that would get too long is an error" {
  run -153 "$LAUNCH" -o 1000 sh -c 'exec head -c 2000 /dev/zero >long'
  run -1 "$LAUNCH" -o 1000 -e sh -c 'exec head -c 2000 /dev/zero >long'
}

@test "-f and -o set limits, and no core is dumped" {
  run -0 "$LAUNCH" -f 40 -o 5000 "$PROG" limits
  says "40 files" "5000 bytes" "no core"
  run -0 bash -c 'ulimit -n 50 && exec "$@"' - "$LAUNCH" -f 60 -o 5000 "$PROG" limits
  says "50 files" "5000 bytes" "no core"
}

@test "the report tells pid, end and what was left" {
  drive none -r 60 "$PROG" exit 5
  says "exit 5" "> pid" "> exit 5" "> left 0"
  drive none -r 60 "$PROG" die 11
  says "exit 139" "> pid" "> signal 11" "> left 0"
}

@test "a daemon does not outlive the program" {
  on_linux
  drive none -r 60 "$PROG" daemon
  says "exit 3" "> pid" "> exit 3" "> left 1"
  drive none "$PROG" daemon
  says "exit 3"
}

@test "children, grandchildren, a stopped and a stubborn one are killed and counted" {
  on_linux
  drive none -r 60 "$PROG" family 4
  says "exit 4" "> pid" "> exit 4" "> left 5"
}

@test "100 stubborn daemons are killed and counted" {
  on_linux
  drive none -r 60 "$PROG" storm 100
  says "exit 0" "> pid" "> exit 0" "> left 100"
}

@test "processes that fork and end without pause are caught" {
  on_linux
  drive none "$PROG" chain 3
  says "exit 0"
}

@test "a storm of forks is caught" {
  on_linux
  drive none "$PROG" bomb
  says "exit 0"
}

@test "zombies do not count" {
  on_linux
  drive none -r 60 "$PROG" zombies 5
  says "exit 0" "> pid" "> exit 0" "> left 0"
}

@test "an orphan that has ended is reaped at once" {
  on_linux
  drive none -r 60 "$PROG" orphan
  says reaped "exit 0" "> pid" "> exit 0" "> left 0"
}

@test "time up: 124, and everything is killed" {
  drive none -t 0.3 "$PROG" stubborn
  says "exit 124"
  drive none -r 60 -t 0.3 "$PROG" stubborn
  says "exit 124" "> pid" "> timeout" "> left 0"
  drive none -r 60 -t 0.3 "$PROG" stop
  says "exit 124" "> pid" "> timeout" "> left 0"
}

@test "time up: what the program has started is killed too" {
  on_linux
  drive none -t 0.3 "$PROG" stay
  says "exit 124"
}

@test "time not up: nothing happens" {
  drive none -r 60 -t 25 "$PROG" exit 1
  says "exit 1" "> pid" "> exit 1" "> left 0"
}

@test "a signal to launch kills everything, then launch" {
  on_linux
  local n
  for n in 1 2 3 15; do
    drive "$n" -r 60 "$PROG" stay
    says "signal $n" "> pid" "> signal 9" "> left 5"
    drive "$n" "$PROG" stay
    says "signal $n"
  done
}

@test "launch takes SIGINT where it was started with SIGINT ignored" {
  trap '' INT
  drive 2 "$PROG" stubborn
  says "signal 2"
}

@test "launch respects nohup" {
  trap '' HUP
  drive 1 -r 60 -t 0.5 "$PROG" stubborn
  says "exit 124" "> pid" "> timeout" "> left 0"
}

@test "the order k kills everything" {
  on_linux
  drive k -r 60 "$PROG" stay
  says "exit 137" "> pid" "> signal 9" "> left 5"
}

@test "the order t sends SIGTERM" {
  drive t -r 60 "$PROG" polite
  says "exit 7" "> pid" "> exit 7" "> left 0"
}

@test "the end of the orders kills everything" {
  on_linux
  drive close -r 60 "$PROG" stay
  says "exit 137" "> pid" "> signal 9" "> left 5"
}

@test "when the caller is killed, so is everything" {
  on_linux
  drive orphan "$PROG" stay
  says "launch is an orphan"
  drive orphan -r 60 "$PROG" stay
  says "launch is an orphan" "> pid" "> signal 9" "> left 5"
}

@test "when launch is killed, so is the program" {
  on_linux
  drive 9 "$PROG" stubborn
  says "signal 9"
}

@test "what a killed launch leaves, the launch above kills" {
  on_linux
  # The inner drive waits for ever for the end of the family's output; the outer
  # one knows the family by its standard error.
  drive none -t 0.5 "$DRIVE" 9 "$LAUNCH" "$PROG" stay
  says "exit 124"
}
