/* launch: start a program in a clean place and leave nothing behind.
 *
 *     launch [-t seconds] [-f files] [-o bytes] [-e] [-a name] [-r fd] [--]
 *            program [argument ...]
 *
 *   -t seconds   kill it when this much time has passed (2, 0.5)
 *   -f files     how many descriptors a process may have (RLIMIT_NOFILE)
 *   -o bytes     how long a file it may write (RLIMIT_FSIZE)
 *   -e           to write a longer one is an error, as if the disk were full, and
 *                does not kill it
 *   -a name      what it sees as argv[0]
 *   -r fd        report to, and take orders from, this end of a socket pair
 *
 * The program (looked up in PATH like any command) gets the caller's standard
 * input, output and error, environment and directory; every other descriptor
 * is closed. It leads a new session and process group, without a terminal;
 * every signal has its default effect (with -e SIGXFSZ none) and none is
 * blocked; a crash dumps no core.
 *
 * When the program ends, or its time is up, or launch gets SIGHUP, SIGINT,
 * SIGQUIT or SIGTERM, or the process that started launch is no more, everything
 * that the program has started is killed: children, children of children, also
 * what became a daemon, ignores signals, is stopped or forks without end.
 * Nothing waits longer than five seconds for that; what is then still there
 * (of another user, or stuck in the kernel) is reported. When launch itself is
 * killed by SIGKILL the program is too, and what it had started passes to the
 * next launch above, if there is one. (A shell that says `exec launch` gives it
 * its own children: they are taken for the program's.)
 *
 * Exit status: the program's own, or 128 + n when signal n killed it; 124 when
 * its time was up; 125 for trouble of launch's own, a wrong command line among
 * them; 126 when the program cannot be executed; 127 when it is not found.
 * Stopped by a signal, launch dies by that signal once all is killed. (It takes
 * SIGINT even where it was started with SIGINT ignored, as `&` in a script
 * does, but respects nohup.)
 *
 * With -r, launch writes lines:
 *
 *     pid N        the program runs: exec has succeeded
 *     exit N       it ended by itself; or
 *     signal N     it was killed by signal N; or
 *     timeout      its time was up
 *     left N       so many other processes were still there then (all that
 *                  launch knows of has been killed when this line comes)
 *     alive N      only if so many could not be killed
 *
 * and takes orders, a byte each: `t` sends SIGTERM to the program's group, `k`,
 * like the end of the stream, kills everything at once. A program that cannot
 * be executed is reported as `exit 126` or `exit 127`, without a pid.
 *
 * To have orphans come to it, and to be told of a parent's death at once,
 * launch needs Linux. Elsewhere it kills the program's process group, looks
 * every second whether its parent is there, and counts any number of processes
 * left as one. */

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

enum {
    EXIT_TIME_UP = 124,
    EXIT_TROUBLE = 125,
    EXIT_NO_EXEC = 126,
    EXIT_NOT_FOUND = 127,
    /* Where the descriptor of -r is moved to, so that all above is closed. */
    CHANNEL = 3
};

static const long long SECOND = 1000000000;

/* How long to go on killing. */
static const long long PATIENCE = 5 * 1000000000LL;

struct options {
    double seconds; /* 0: no limit */
    long long files;
    long long bytes;
    bool survives; /* the end of its longest file */
    int channel;   /* -1: none */
    const char *program;
    char **arguments;
};

/* What launch knows of the program and of the world it lives in. */
struct run {
    bool reports;       /* there is a CHANNEL */
    sigset_t mask;      /* the signal mask to wait with */
    pid_t parent;       /* who started launch */
    pid_t program;      /* leader of its process group */
    bool ended;         /* the program has, with this status: */
    int status;         /* as from waitpid */
    bool childless;     /* launch has no child, hence nothing is left */
    bool timed_out;     /* the program's time was up */
    bool clearing;      /* what is there now is killed, and */
    int left;           /* so many have been, besides the program */
    long long deadline; /* when it is; LLONG_MAX: never */
};

/* The signal that asked launch to stop, 0 when none has. */
static volatile sig_atomic_t stopped_by;

/* Prints the usage and ends the program. */
static _Noreturn void exit_usage(void)
{
    fputs("usage: launch [-t seconds] [-f files] [-o bytes] [-e] [-a name] "
          "[-r fd] [--]\n              program [argument ...]\n",
          stderr);
    exit(EXIT_TROUBLE);
}

/* Returns the whole number in text, from low to high. Ends the program when it
 * is not one. */
static long long read_number(const char *text, long long low, long long high)
{
    char *end = NULL;

    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 ||
        number < low || number > high) {
        warnx("%s is not a number from %lld to %lld", text, low, high);
        exit_usage();
    }
    return number;
}

/* Returns the number of seconds in text, more than 0. Ends the program when it
 * is not one. */
static double read_seconds(const char *text)
{
    char *end = NULL;
    double seconds = strtod(text, &end);

    if (end == text || *end != '\0' || !(seconds > 0 && seconds < 1e9)) {
        warnx("%s is not a number of seconds", text);
        exit_usage();
    }
    return seconds;
}

/* Reads the command line. Ends the program when it is wrong. */
static void read_options(struct options *options, int argc, char **argv)
{
    char *name = NULL;
    int option = 0;

    *options = (struct options){.files = -1, .bytes = -1, .channel = -1};
    /* '+': glibc must not take the program's options for ours. */
    while ((option = getopt(argc, argv, "+t:f:o:ea:r:")) != -1)
        switch (option) {
        case 't':
            options->seconds = read_seconds(optarg);
            break;
        case 'f':
            options->files = read_number(optarg, 3, INT_MAX);
            break;
        case 'o':
            options->bytes = read_number(optarg, 0, LLONG_MAX);
            break;
        case 'e':
            options->survives = true;
            break;
        case 'a':
            name = optarg;
            break;
        case 'r':
            options->channel = (int)read_number(optarg, CHANNEL, INT_MAX);
            break;
        default:
            exit_usage();
        }
    if (optind >= argc)
        exit_usage();
    options->program = argv[optind];
    options->arguments = argv + optind;
    if (name != NULL)
        options->arguments[0] = name;
}

/* Returns a clock that cannot be set, in nanoseconds. */
static long long read_clock(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
        err(EXIT_TROUBLE, "clock_gettime");
    return (long long)now.tv_sec * SECOND + now.tv_nsec;
}

/* Closes every descriptor from first on. */
static void close_from(int first)
{
#ifdef SYS_close_range
    /* Since Linux 5.9; a sandbox may deny it. */
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0)
        return;
#endif
#if defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
    closefrom(first);
#else
    DIR *directory = opendir("/dev/fd");
    if (directory != NULL) {
        struct dirent *entry;
        int self = dirfd(directory);

        while ((entry = readdir(directory)) != NULL) {
            int descriptor = (int)strtol(entry->d_name, NULL, 10);
            if (descriptor >= first && descriptor != self)
                close(descriptor);
        }
        closedir(directory);
        return;
    }
    for (long i = first, end = sysconf(_SC_OPEN_MAX); i < end; i++)
        close((int)i);
#endif
}

/* Moves the descriptor of -r to CHANNEL and closes all above: what launch
 * holds open, nobody sees the end of. Ends the program when there is no such
 * descriptor. */
static void keep_channel(int channel)
{
    if (channel == -1) {
        close_from(CHANNEL);
        return;
    }
    if (channel != CHANNEL && dup2(channel, CHANNEL) == -1)
        err(EXIT_TROUBLE, "descriptor %d", channel);
    if (fcntl(CHANNEL, F_SETFD, FD_CLOEXEC) == -1)
        err(EXIT_TROUBLE, "descriptor %d", channel);
    close_from(CHANNEL + 1);
}

/* Keeps the signal that is to end launch, for the main loop. */
static void note_stop(int number)
{
    stopped_by = number;
}

/* Lets a signal do nothing but end a wait. */
static void note_event(int number)
{
    (void)number;
}

/* Lets handler handle signal number, which comes in only during a wait: run's
 * mask lets it through, everywhere else it is blocked. */
static void handle_signal(struct run *run, int number, void (*handler)(int))
{
    struct sigaction action = {0};
    sigset_t only;

    action.sa_handler = handler;
    action.sa_flags = SA_NOCLDSTOP;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
    sigemptyset(&only);
    sigaddset(&only, number);
    sigprocmask(SIG_BLOCK, &only, NULL);
    sigdelset(&run->mask, number);
}

/* Gets ready to hear of everything that ends the run. */
static void watch_world(struct run *run)
{
    struct sigaction hangup;

    sigprocmask(SIG_BLOCK, NULL, &run->mask);
    handle_signal(run, SIGCHLD, note_event);
    handle_signal(run, SIGINT, note_stop);
    handle_signal(run, SIGQUIT, note_stop);
    handle_signal(run, SIGTERM, note_stop);
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN)
        handle_signal(run, SIGHUP, note_stop);
    /* Nobody may be left to read the report. */
    signal(SIGPIPE, SIG_IGN);
#ifdef __linux__
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        err(EXIT_TROUBLE, "PR_SET_CHILD_SUBREAPER");
    /* This signal comes when the thread ends that started launch, so it only
     * makes the main loop look whether the parent is still there. */
    handle_signal(run, SIGUSR1, note_event);
    if (prctl(PR_SET_PDEATHSIG, SIGUSR1) == -1)
        err(EXIT_TROUBLE, "PR_SET_PDEATHSIG");
#endif
}

/* Lowers limit to value, where it is more. */
static void lower_limit(struct rlimit *limit, long long value)
{
    if (limit->rlim_max > (rlim_t)value)
        limit->rlim_max = (rlim_t)value;
    limit->rlim_cur = limit->rlim_max;
}

/* Sets the limits of the program. That cannot fail: they only go down. */
static void set_limits(const struct options *options)
{
    struct rlimit limit;

    if (options->files != -1 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        lower_limit(&limit, options->files);
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (options->bytes != -1 && getrlimit(RLIMIT_FSIZE, &limit) == 0) {
        lower_limit(&limit, options->bytes);
        (void)setrlimit(RLIMIT_FSIZE, &limit);
    }
}

/* Lets neither the program nor launch leave a core file. */
static void forbid_cores(void)
{
    struct rlimit limit = {0};

#ifdef __linux__
    /* Where cores go to a pipe, 0 does not keep them from it and 1 does. */
    limit.rlim_cur = limit.rlim_max = 1;
#endif
    /* Fails where the limit is 0 already. */
    (void)setrlimit(RLIMIT_CORE, &limit);
}

/* Gives every signal its default effect and blocks none. */
static void reset_signals(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        /* Fails for SIGKILL and SIGSTOP, and for those libc keeps. */
        (void)signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Turns the child of launcher into the program. Does not return; when exec
 * fails, errno goes into failure. */
static _Noreturn void become_program(const struct options *options,
                                     pid_t launcher, int failure)
{
    setsid();
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    /* launch may have died before that. */
    if (getppid() != launcher)
        _exit(EXIT_TROUBLE);
    set_limits(options);
    reset_signals();
    if (options->survives)
        signal(SIGXFSZ, SIG_IGN);
    execvp(options->program, options->arguments);
    int error = errno;
    /* If this fails too there is nobody to hear of it. */
    (void)!write(failure, &error, sizeof error);
    _exit(EXIT_NO_EXEC);
}

/* Starts the program and waits until it has got past exec: from then on its
 * group exists and no descriptor of ours is in it. Returns 0, or what errno
 * was when exec failed. Ends launch when no process can be started. */
static int start_program(struct run *run, const struct options *options)
{
    int failure[2];
    int error = 0;
    ssize_t length = 0;
    pid_t self = getpid();

    if (pipe(failure) == -1 || fcntl(failure[0], F_SETFD, FD_CLOEXEC) == -1 ||
        fcntl(failure[1], F_SETFD, FD_CLOEXEC) == -1)
        err(EXIT_TROUBLE, "pipe");
    run->program = fork();
    if (run->program == -1)
        err(EXIT_TROUBLE, "fork");
    if (run->program == 0)
        become_program(options, self, failure[1]);
    close(failure[1]);
    /* All signals we handle are blocked, so nothing interrupts this. */
    length = read(failure[0], &error, sizeof error);
    close(failure[0]);
    if (length != sizeof error)
        return 0;
    waitpid(run->program, NULL, 0);
    return error;
}

/* Lets go of the program's standard input and output, so that whoever holds
 * the other ends sees when the program closes them. Standard error stays for
 * launch's own trouble, unless a report is there to tell it. */
static void release_streams(bool reports)
{
    int null = open("/dev/null", O_RDWR);

    if (null == -1)
        return;
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (reports)
        dup2(null, STDERR_FILENO);
    if (null > STDERR_FILENO)
        close(null);
}

/* Reports a word and, unless it is negative, a number. That nobody listens any
 * more is no reason to stop. */
static void report(const struct run *run, const char *word, int number)
{
    if (run->reports && number >= 0)
        (void)dprintf(CHANNEL, "%s %d\n", word, number);
    else if (run->reports)
        (void)dprintf(CHANNEL, "%s\n", word);
}

/* Reports how the program ended. */
static void report_end(const struct run *run)
{
    if (WIFSIGNALED(run->status))
        report(run, "signal", WTERMSIG(run->status));
    else
        report(run, "exit", WEXITSTATUS(run->status));
}

/* Takes note of all children that have ended, also those that came to launch
 * as orphans. */
static void reap_children(struct run *run)
{
    pid_t child = 0;
    int status = 0;

    while ((child = waitpid(-1, &status, WNOHANG)) > 0)
        if (child == run->program) {
            run->ended = true;
            run->status = status;
        } else if (run->clearing && WIFSIGNALED(status) &&
                   WTERMSIG(status) == SIGKILL) {
            run->left++;
        }
    run->childless = child == -1;
}

/* Waits for a signal, for the deadline or, if told so, for CHANNEL. Returns
 * whether there is something to read from CHANNEL. */
static bool wait_event(const struct run *run, long long deadline,
                       bool with_channel)
{
    struct timespec pause = {.tv_sec = 3600};
    long long left = deadline - read_clock();
    fd_set readable;

#ifndef __linux__
    pause.tv_sec = 1;
#endif
    if (left < 0)
        left = 0;
    if (left < (long long)pause.tv_sec * SECOND) {
        pause.tv_sec = (time_t)(left / SECOND);
        pause.tv_nsec = (long)(left % SECOND);
    }
    FD_ZERO(&readable);
    if (with_channel)
        FD_SET(CHANNEL, &readable);
    return pselect(CHANNEL + 1, &readable, NULL, NULL, &pause, &run->mask) > 0;
}

/* Obeys what has come in on CHANNEL. Returns false when the run is to stop. */
static bool take_orders(const struct run *run)
{
    char orders[64];
    ssize_t length = read(CHANNEL, orders, sizeof orders);

    for (ssize_t i = 0; i < length; i++) {
        if (orders[i] == 'k')
            return false;
        if (orders[i] == 't')
            kill(-run->program, SIGTERM);
    }
    return length > 0;
}

/* Waits until the program has ended or is to end. */
static void supervise_program(struct run *run)
{
    bool go_on = true;

    while (go_on) {
        reap_children(run);
        if (run->ended || stopped_by != 0 || getppid() != run->parent)
            return;
        if (read_clock() >= run->deadline) {
            run->timed_out = true;
            return;
        }
        if (wait_event(run, run->deadline, run->reports))
            go_on = take_orders(run);
    }
}

#ifdef __linux__

/* Returns whether pid is a child of launch that has not ended. */
static bool is_living_child(pid_t pid)
{
    siginfo_t information = {0};

    return waitid(P_PID, (id_t)pid, &information,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           information.si_pid == 0;
}

/* Sends a signal to every child of launch that has not ended, and before that
 * another to the process group it is in. Returns how many such children there
 * are. Only a child's pid is sure not to have passed to a stranger. */
static int signal_children(const struct run *run, int to_group, int to_child)
{
    int count = 0;
    const struct dirent *entry;
    DIR *directory = opendir("/proc");

    if (directory == NULL)
        return kill(-run->program, to_child) == 0;
    while ((entry = readdir(directory)) != NULL) {
        pid_t child = (pid_t)strtol(entry->d_name, NULL, 10);

        if (child <= 0 || !is_living_child(child))
            continue;
        pid_t group = getpgid(child);
        if (group > 1 && group != getpgrp())
            kill(-group, to_group);
        kill(child, to_child);
        count++;
    }
    closedir(directory);
    return count;
}

#else

/* Sends a signal to the program's process group. Returns 1 when that is still
 * there, else 0. */
static int signal_children(const struct run *run, int to_group, int to_child)
{
    (void)to_group;
    return kill(-run->program, to_child) == 0;
}

#endif

/* Signals the children as signal_children does, ahead of all others: a thousand
 * busy processes leave an ordinary one no time to stop them. Only the superuser
 * may do this; with others it takes longer.
 *
 * Nothing is reaped meanwhile. To reap a process, the kernel waits in a loop for
 * whoever else looks at it in /proc just then, and who gets no time as long as
 * we are ahead of him: both stood still, and the machine with them. */
static int signal_at_once(const struct run *run, int to_group, int to_child)
{
#ifdef __linux__
    struct sched_param before;
    int policy = sched_getscheduler(0);
    bool ahead =
        policy != -1 && sched_getparam(0, &before) == 0 &&
        sched_setscheduler(0, SCHED_FIFO,
                           &(struct sched_param){.sched_priority = 1}) == 0;
#endif
    int count = signal_children(run, to_group, to_child);

#ifdef __linux__
    if (ahead)
        (void)sched_setscheduler(0, policy, &before);
#endif
    return count;
}

/* Kills everything the program has started, and the program, and counts. A
 * process that dies leaves its children to launch, and a SIGCHLD: so each round
 * meets one more generation. Those in its groups stand still meanwhile, all in
 * one stroke: they cannot fork, and cannot end before they are counted. Returns
 * when nothing is left or PATIENCE is at its end; half way it stops counting
 * and kills by the group. */
static void kill_all(struct run *run)
{
    long long start = read_clock();
    long long now = start;

    signal_at_once(run, SIGSTOP, SIGSTOP);
    do {
        bool late = now - start > PATIENCE / 2;

        signal_at_once(run, late ? SIGKILL : SIGSTOP, SIGKILL);
        if (!run->childless)
            wait_event(run, start + PATIENCE, false);
        reap_children(run);
        now = read_clock();
    } while (!run->childless && now - start < PATIENCE);
}

/* Kills and counts what is still there, now that the program has ended or has
 * to. */
static void clear_up(struct run *run)
{
#ifdef __linux__
    /* Orphans come to launch: without a child it has left nothing. */
    if (run->childless)
        return;
#else
    /* The program itself, until it is reaped, would be one. */
    if (run->ended)
        run->left = signal_children(run, 0, 0);
#endif
    run->clearing = true;
    kill_all(run);
}

/* Ends what is still there and reports all that is known then. */
static void finish_run(struct run *run)
{
    bool told = run->ended || run->timed_out;

    if (run->ended)
        report_end(run);
    else if (run->timed_out)
        report(run, "timeout", -1);
    clear_up(run);
    if (!told && run->ended)
        report_end(run);
    report(run, "left", run->left);
    int alive = run->childless ? 0 : signal_children(run, 0, 0);
    if (alive == 0)
        return;
    report(run, "alive", alive);
    warnx("%d processes could not be killed", alive);
}

/* Dies by the signal that stopped launch, as its caller expects. */
static void die_by_signal(int number)
{
    sigset_t only;

    signal(number, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
}

/* Says why the program could not be executed. Returns launch's exit status. */
static int report_failure(const struct run *run, const char *program, int error)
{
    int status = error == ENOENT ? EXIT_NOT_FOUND : EXIT_NO_EXEC;

    errno = error;
    warn("%s", program);
    report(run, "exit", status);
    report(run, "left", 0);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct run run = {.parent = getppid(), .deadline = LLONG_MAX};

    read_options(&options, argc, argv);
    run.reports = options.channel != -1;
    if (options.seconds > 0)
        run.deadline = read_clock() + (long long)(options.seconds * 1e9);
    keep_channel(options.channel);
    forbid_cores();
    watch_world(&run);
    int error = start_program(&run, &options);
    if (error != 0)
        return report_failure(&run, options.program, error);
    report(&run, "pid", run.program);
    release_streams(run.reports);
    supervise_program(&run);
    finish_run(&run);
    if (stopped_by != 0)
        die_by_signal(stopped_by);
    if (run.timed_out)
        return EXIT_TIME_UP;
    if (!run.ended)
        return EXIT_TROUBLE;
    return WIFSIGNALED(run.status) ? 128 + WTERMSIG(run.status)
                                   : WEXITSTATUS(run.status);
}
