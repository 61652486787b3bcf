/* shim: hand a program what the network may hand it, and time as we want it.
 *
 * The object is linked into the program under test; the linker's --wrap sends
 * the program's own calls through here:
 *
 *     cc -o program program.c shim.o -Wl,--wrap=send,--wrap=recv,...
 *
 * The names to wrap, the only list of them (a build takes it from this line):
 *
 * WRAP: send recv read write sendto recvfrom sendmsg recvmsg readv writev
 * WRAP: time gettimeofday clock_gettime timespec_get
 * WRAP: __recv_chk __read_chk __recvfrom_chk
 * WRAP: accept accept4 pthread_create fork malloc calloc realloc
 * WRAP: strdup strndup realpath
 *
 * for instance
 *
 *     awk '$2 == "WRAP:" { for (i = 3; i <= NF; i++) printf ",--wrap=%s", $i }'
 *
 * printed behind "-Wl". Nothing changes unless the environment asks:
 *
 *   SHIM_CUT=n       A call that moves bytes over a stream socket moves n at
 *                    most, as a slow network would have it. Pipes, files and
 *                    datagrams stay whole, and so do calls with MSG_PEEK or
 *                    MSG_WAITALL.
 *   SHIM_CUT_OUT=n   The same for calls that send; SHIM_CUT is then for the
 *                    others alone. Who receives more than one call can send
 *                    has to send again.
 *   SHIM_EINTR=k     Every k-th (2 or more) such call that may block, of any
 *                    size, fails with EINTR before it moves a byte.
 *   SHIM_TIME=s.u    The time of day is s seconds and u microseconds (six
 *                    digits) after the epoch, and stands still. Monotonic
 *                    clocks go on.
 *   SHIM_TOGETHER=n  Threads begin late, and all at once: when n clients have
 *                    been accepted and the program comes for the next one, or
 *                    after half a second. What a new thread was to find, the old
 *                    one may have changed by then.
 *   SHIM_SLOW=ms     A call that sends on a stream socket begins so much later:
 *                    what it was to send, another thread may have changed.
 *   SHIM_HEAVY=n     Each block of malloc, calloc, realloc, strdup, strndup and
 *                    realpath takes n bytes more of memory, so that a leak of a few small ones shows.
 *   SHIM_SCARCE=k    The first call of pthread_create or fork after the k-th
 *                    client was accepted fails with EAGAIN, where the thread
 *                    that calls has accepted clients itself: one that makes a
 *                    pool of threads meanwhile is not meant.
 *   SHIM_FLUSH=1     SIGWINCH makes the program flush all its stdio streams,
 *                    which proves that an answer was stuck in one. (Not safe in
 *                    a signal handler: only for a program that has failed.)
 *
 * What a program does inside libc (stdio on a socket, localtime) is not seen.
 * Safe with threads: settings are read once, before main. Compiles with any
 * libc; needs a linker that knows --wrap (GNU, LLVM and mold; not Apple's). */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The names are the linker's. NOLINTBEGIN(bugprone-reserved-identifier) */

/* The real functions: the linker turns __real_X into X. */
ssize_t __real_send(int, const void *, size_t, int);
ssize_t __real_recv(int, void *, size_t, int);
ssize_t __real_read(int, void *, size_t);
ssize_t __real_write(int, const void *, size_t);
ssize_t __real_sendto(int, const void *, size_t, int, const struct sockaddr *,
                      socklen_t);
ssize_t __real_recvfrom(int, void *, size_t, int, struct sockaddr *,
                        socklen_t *);
ssize_t __real_sendmsg(int, const struct msghdr *, int);
ssize_t __real_recvmsg(int, struct msghdr *, int);
ssize_t __real_readv(int, const struct iovec *, int);
ssize_t __real_writev(int, const struct iovec *, int);
time_t __real_time(time_t *);
int __real_gettimeofday(struct timeval *, void *);
int __real_clock_gettime(clockid_t, struct timespec *);
int __real_timespec_get(struct timespec *, int);
int __real_accept(int, struct sockaddr *, socklen_t *);
__attribute__((weak)) int __real_accept4(int, struct sockaddr *, socklen_t *,
                                         int);
int __real_pthread_create(pthread_t *, const pthread_attr_t *,
                          void *(*)(void *), void *);
pid_t __real_fork(void);
void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
char *__real_strdup(const char *);
char *__real_strndup(const char *, size_t);
char *__real_realpath(const char *, char *);

/* What glibc's headers make of recv and read under _FORTIFY_SOURCE. Weak: musl
 * has none, and there nobody calls the wrappers. */
__attribute__((weak)) ssize_t __real___recv_chk(int, void *, size_t, size_t,
                                                int);
__attribute__((weak)) ssize_t __real___read_chk(int, void *, size_t, size_t);
__attribute__((weak)) ssize_t __real___recvfrom_chk(int, void *, size_t, size_t,
                                                    int, struct sockaddr *,
                                                    socklen_t *);

ssize_t __wrap_send(int, const void *, size_t, int);
ssize_t __wrap_recv(int, void *, size_t, int);
ssize_t __wrap_read(int, void *, size_t);
ssize_t __wrap_write(int, const void *, size_t);
ssize_t __wrap_sendto(int, const void *, size_t, int, const struct sockaddr *,
                      socklen_t);
ssize_t __wrap_recvfrom(int, void *, size_t, int, struct sockaddr *,
                        socklen_t *);
ssize_t __wrap_sendmsg(int, const struct msghdr *, int);
ssize_t __wrap_recvmsg(int, struct msghdr *, int);
ssize_t __wrap_readv(int, const struct iovec *, int);
ssize_t __wrap_writev(int, const struct iovec *, int);
time_t __wrap_time(time_t *);
int __wrap_gettimeofday(struct timeval *, void *);
int __wrap_clock_gettime(clockid_t, struct timespec *);
int __wrap_timespec_get(struct timespec *, int);
int __wrap_accept(int, struct sockaddr *, socklen_t *);
int __wrap_accept4(int, struct sockaddr *, socklen_t *, int);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *,
                          void *(*)(void *), void *);
pid_t __wrap_fork(void);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
char *__wrap_strdup(const char *);
char *__wrap_strndup(const char *, size_t);
char *__wrap_realpath(const char *, char *);
ssize_t __wrap___recv_chk(int, void *, size_t, size_t, int);
ssize_t __wrap___read_chk(int, void *, size_t, size_t);
ssize_t __wrap___recvfrom_chk(int, void *, size_t, size_t, int,
                              struct sockaddr *, socklen_t *);

/* NOLINTEND(bugprone-reserved-identifier) */

/* The settings. All zero, which is nothing, until the constructor has run. */
static size_t cut, cut_out;
static unsigned long interrupt_every;
static bool time_stands;
static struct timeval standing_time;
static unsigned long together, slow_ms, scarce;
static size_t heavy;

static atomic_ulong interruptible_calls;

/* Clients that were accepted, and whether threads may begin. (Relaxed: what the
 * program forgot to order between its threads, we do not order either.) */
static atomic_ulong accepted;
static _Thread_local bool accepts; /* some of them in this thread */
static atomic_bool begun;

/* A thread or a process could not be made. */
static atomic_bool refused;

/* How often the handler has run in this thread. */
static _Thread_local volatile sig_atomic_t flushes;

/* Flushes every stdio stream; the handler of SIGWINCH. */
static void flush_streams(int number)
{
    int error = errno;

    (void)number;
    /* Nobody to tell: the program's own fflush would report the same. */
    (void)fflush(NULL);
    flushes++;
    errno = error;
}

/* Returns the whole number in the environment variable, 0 when there is none
 * or it is not a number. */
static unsigned long read_number(const char *variable)
{
    const char *text = getenv(variable);
    char *end = NULL;

    if (text == NULL || *text < '0' || *text > '9')
        return 0;
    unsigned long number = strtoul(text, &end, 10);
    return *end == '\0' ? number : 0;
}

/* Reads SHIM_TIME into standing_time. Returns false when there is none or it
 * is not a time. */
static bool read_time(void)
{
    const char *text = getenv("SHIM_TIME");
    char *end = NULL;
    suseconds_t unit = 100000;

    if (text == NULL || *text == '\0')
        return false;
    standing_time.tv_sec = (time_t)strtoll(text, &end, 10);
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
            standing_time.tv_usec += (*end - '0') * unit;
    return *end == '\0';
}

/* Reads the environment, before main. */
__attribute__((constructor)) static void read_settings(void)
{
    int error = errno;

    cut = read_number("SHIM_CUT");
    cut_out = read_number("SHIM_CUT_OUT");
    if (cut_out == 0)
        cut_out = cut;
    interrupt_every = read_number("SHIM_EINTR");
    /* At 1 no program could ever get on. */
    if (interrupt_every == 1)
        interrupt_every = 0;
    time_stands = read_time();
    together = read_number("SHIM_TOGETHER");
    slow_ms = read_number("SHIM_SLOW");
    heavy = read_number("SHIM_HEAVY");
    scarce = read_number("SHIM_SCARCE");
    if (getenv("SHIM_FLUSH") != NULL) {
        struct sigaction action = {0};

        action.sa_handler = flush_streams;
        /* The call that waits is to go on waiting. */
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        sigaction(SIGWINCH, &action, NULL);
    }
    errno = error;
}

/* Returns whether descriptor is a stream socket. */
static bool is_stream_socket(int descriptor)
{
    int error = errno;
    int type = 0;
    socklen_t length = sizeof type;
    bool stream =
        getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
        type == SOCK_STREAM;

    errno = error;
    return stream;
}

/* Returns whether a call with these flags may have to wait. One that never
 * waits is never interrupted. */
static bool may_block(int descriptor, int flags)
{
    int error = errno;
    int status = fcntl(descriptor, F_GETFL);

    errno = error;
    return (flags & MSG_DONTWAIT) == 0 && status != -1 &&
           (status & O_NONBLOCK) == 0;
}

/* Returns whether it is this call's turn to be interrupted; then errno is
 * EINTR. */
static bool is_interrupted(int descriptor, int flags)
{
    if (interrupt_every == 0 || !is_stream_socket(descriptor) ||
        !may_block(descriptor, flags))
        return false;
    unsigned long number = atomic_fetch_add(&interruptible_calls, 1) + 1;
    if (number % interrupt_every != 0)
        return false;
    errno = EINTR;
    return true;
}

/* Lets so many milliseconds pass. */
static void pass_time(unsigned long ms)
{
    struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    int error = errno;

    while (nanosleep(&left, &left) == -1)
        ;
    errno = error;
}

/* A call that sends is about to. */
static void slow_down(int descriptor)
{
    if (slow_ms > 0 && is_stream_socket(descriptor))
        pass_time(slow_ms);
}

/* Returns how many of length bytes a call with these flags may move, where most
 * (0: no limit) is the cut. */
static size_t limit(int descriptor, size_t length, int flags, size_t most)
{
    if (most == 0 || length <= most ||
        (flags & (MSG_PEEK | MSG_WAITALL)) != 0 ||
        !is_stream_socket(descriptor))
        return length;
    return most;
}

/* The same for a call that receives, and for one that sends. */
static size_t cap(int descriptor, size_t length, int flags)
{
    return limit(descriptor, length, flags, cut);
}

static size_t cap_out(int descriptor, size_t length, int flags)
{
    return limit(descriptor, length, flags, cut_out);
}

/* Returns the sum of the lengths of count pieces. */
static size_t total_length(const struct iovec *pieces, size_t count)
{
    size_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += pieces[i].iov_len;
    return total;
}

/* Where a call on these pieces has to be cut, stores in *piece the one piece
 * that remains, the beginning of the first that is not empty, and returns
 * true. */
static bool cut_pieces(int descriptor, const struct iovec *pieces, size_t count,
                       int flags, size_t most, struct iovec *piece)
{
    size_t total = most == 0 ? 0 : total_length(pieces, count);

    if (limit(descriptor, total, flags, most) == total)
        return false;
    while (pieces->iov_len == 0)
        pieces++;
    *piece = *pieces;
    if (piece->iov_len > most)
        piece->iov_len = most;
    return true;
}

/* Receives. The kernel restarts a call that our SIGWINCH interrupts, but ends
 * MSG_WAITALL early when it has some bytes already: that goes on here, lest the
 * signal wake what nothing else would. */
static ssize_t receive(int descriptor, char *data, size_t length, int flags,
                       struct sockaddr *address, socklen_t *size)
{
    size_t received = 0;
    ssize_t n = 0;
    int before = 0;

    do {
        before = flushes;
        n = __real_recvfrom(descriptor, data + received, length - received,
                            flags, address, size);
        if (n > 0)
            received += (size_t)n;
    } while (n > 0 && received < length && flushes != before &&
             (flags & MSG_WAITALL) != 0 && (flags & MSG_PEEK) == 0);
    return received > 0 ? (ssize_t)received : n;
}

/* The wrappers. Each does what the real function does, but for the settings. */

/* NOLINTBEGIN(bugprone-reserved-identifier) */

ssize_t __wrap_send(int descriptor, const void *data, size_t length, int flags)
{
    slow_down(descriptor);
    if (is_interrupted(descriptor, flags))
        return -1;
    return __real_send(descriptor, data, cap_out(descriptor, length, flags),
                       flags);
}

ssize_t __wrap_recv(int descriptor, void *data, size_t length, int flags)
{
    if (is_interrupted(descriptor, flags))
        return -1;
    return receive(descriptor, data, cap(descriptor, length, flags), flags,
                   NULL, NULL);
}

ssize_t __wrap_read(int descriptor, void *data, size_t length)
{
    if (is_interrupted(descriptor, 0))
        return -1;
    return __real_read(descriptor, data, cap(descriptor, length, 0));
}

ssize_t __wrap_write(int descriptor, const void *data, size_t length)
{
    slow_down(descriptor);
    if (is_interrupted(descriptor, 0))
        return -1;
    return __real_write(descriptor, data, cap_out(descriptor, length, 0));
}

ssize_t __wrap_sendto(int descriptor, const void *data, size_t length,
                      int flags, const struct sockaddr *address, socklen_t size)
{
    slow_down(descriptor);
    if (is_interrupted(descriptor, flags))
        return -1;
    return __real_sendto(descriptor, data, cap_out(descriptor, length, flags),
                         flags, address, size);
}

ssize_t __wrap_recvfrom(int descriptor, void *data, size_t length, int flags,
                        struct sockaddr *address, socklen_t *size)
{
    if (is_interrupted(descriptor, flags))
        return -1;
    return receive(descriptor, data, cap(descriptor, length, flags), flags,
                   address, size);
}

ssize_t __wrap_sendmsg(int descriptor, const struct msghdr *message, int flags)
{
    struct msghdr shorter = *message;
    struct iovec piece;

    slow_down(descriptor);
    if (is_interrupted(descriptor, flags))
        return -1;
    if (cut_pieces(descriptor, message->msg_iov, (size_t)message->msg_iovlen,
                   flags, cut_out, &piece)) {
        shorter.msg_iov = &piece;
        shorter.msg_iovlen = 1;
    }
    return __real_sendmsg(descriptor, &shorter, flags);
}

ssize_t __wrap_recvmsg(int descriptor, struct msghdr *message, int flags)
{
    struct iovec *pieces = message->msg_iov;
    struct iovec piece;

    if (is_interrupted(descriptor, flags))
        return -1;
    if (!cut_pieces(descriptor, pieces, (size_t)message->msg_iovlen, flags, cut,
                    &piece))
        return __real_recvmsg(descriptor, message, flags);
    /* The rest of the message is the kernel's to fill in: a copy would not do.
     */
    struct msghdr shorter = *message;
    shorter.msg_iov = &piece;
    shorter.msg_iovlen = 1;
    ssize_t length = __real_recvmsg(descriptor, &shorter, flags);
    message->msg_namelen = shorter.msg_namelen;
    message->msg_controllen = shorter.msg_controllen;
    message->msg_flags = shorter.msg_flags;
    return length;
}

ssize_t __wrap_readv(int descriptor, const struct iovec *pieces, int count)
{
    struct iovec piece;

    if (is_interrupted(descriptor, 0))
        return -1;
    if (count > 0 &&
        cut_pieces(descriptor, pieces, (size_t)count, 0, cut, &piece))
        return __real_readv(descriptor, &piece, 1);
    return __real_readv(descriptor, pieces, count);
}

ssize_t __wrap_writev(int descriptor, const struct iovec *pieces, int count)
{
    struct iovec piece;

    slow_down(descriptor);
    if (is_interrupted(descriptor, 0))
        return -1;
    if (count > 0 &&
        cut_pieces(descriptor, pieces, (size_t)count, 0, cut_out, &piece))
        return __real_writev(descriptor, &piece, 1);
    return __real_writev(descriptor, pieces, count);
}

/* A length beyond the room is the program's mistake, for libc to catch. */

ssize_t __wrap___recv_chk(int descriptor, void *data, size_t length,
                          size_t room, int flags)
{
    if (length > room)
        return __real___recv_chk(descriptor, data, length, room, flags);
    return __wrap_recv(descriptor, data, length, flags);
}

ssize_t __wrap___read_chk(int descriptor, void *data, size_t length,
                          size_t room)
{
    if (length > room)
        return __real___read_chk(descriptor, data, length, room);
    return __wrap_read(descriptor, data, length);
}

ssize_t __wrap___recvfrom_chk(int descriptor, void *data, size_t length,
                              size_t room, int flags, struct sockaddr *address,
                              socklen_t *size)
{
    if (length > room)
        return __real___recvfrom_chk(descriptor, data, length, room, flags,
                                     address, size);
    return __wrap_recvfrom(descriptor, data, length, flags, address, size);
}

/* Returns whether clock shows the time of day. */
static bool is_time_of_day(clockid_t clock)
{
#ifdef CLOCK_REALTIME_COARSE
    if (clock == CLOCK_REALTIME_COARSE)
        return true;
#endif
    return clock == CLOCK_REALTIME;
}

time_t __wrap_time(time_t *result)
{
    if (!time_stands)
        return __real_time(result);
    if (result != NULL)
        *result = standing_time.tv_sec;
    return standing_time.tv_sec;
}

int __wrap_gettimeofday(struct timeval *result, void *zone)
{
    if (!time_stands || result == NULL)
        return __real_gettimeofday(result, zone);
    int status = __real_gettimeofday(result, zone);
    *result = standing_time;
    return status;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *result)
{
    if (!time_stands || !is_time_of_day(clock))
        return __real_clock_gettime(clock, result);
    result->tv_sec = standing_time.tv_sec;
    result->tv_nsec = standing_time.tv_usec * 1000;
    return 0;
}

int __wrap_timespec_get(struct timespec *result, int base)
{
    if (!time_stands || base != TIME_UTC)
        return __real_timespec_get(result, base);
    result->tv_sec = standing_time.tv_sec;
    result->tv_nsec = standing_time.tv_usec * 1000;
    return base;
}

/* A thread that is to begin together with others. */
struct beginning {
    void *(*function)(void *);
    void *argument;
};

/* The program comes for a client. */
static void note_accept(void)
{
    if (together > 0 &&
        atomic_load_explicit(&accepted, memory_order_relaxed) >= together)
        atomic_store_explicit(&begun, true, memory_order_relaxed);
}

/* It has one, unless the descriptor is -1; returns that. */
static int note_client(int descriptor)
{
    if (descriptor != -1) {
        atomic_fetch_add_explicit(&accepted, 1, memory_order_relaxed);
        accepts = true;
    }
    return descriptor;
}

int __wrap_accept(int descriptor, struct sockaddr *address, socklen_t *size)
{
    note_accept();
    return note_client(__real_accept(descriptor, address, size));
}

int __wrap_accept4(int descriptor, struct sockaddr *address, socklen_t *size,
                   int flags)
{
    note_accept();
    return note_client(__real_accept4(descriptor, address, size, flags));
}

/* Returns whether it is this call's turn to fail. */
static bool is_scarce(void)
{
    return scarce > 0 && accepts && atomic_load(&accepted) >= scarce &&
           !atomic_exchange(&refused, true);
}

/* Waits until threads may begin, then is the program's thread. */
static void *begin_late(void *argument)
{
    struct beginning beginning = *(struct beginning *)argument;

    free(argument);
    for (int ms = 0; ms < 500; ms++) {
        if (atomic_load_explicit(&begun, memory_order_relaxed))
            break;
        pass_time(1);
    }
    return beginning.function(beginning.argument);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument)
{
    struct beginning *late = NULL;

    if (is_scarce())
        return EAGAIN;
    if (together == 0 || (late = __real_malloc(sizeof *late)) == NULL)
        return __real_pthread_create(thread, attributes, function, argument);
    *late = (struct beginning){function, argument};
    int error = __real_pthread_create(thread, attributes, begin_late, late);
    if (error != 0)
        free(late);
    return error;
}

pid_t __wrap_fork(void)
{
    if (is_scarce()) {
        errno = EAGAIN;
        return -1;
    }
    return __real_fork();
}

/* Fills the room behind a block, so that it takes memory; returns the block. */
static void *weigh_down(void *block, size_t size)
{
    if (block != NULL && heavy > 0)
        memset((char *)block + size, 0x5a, heavy);
    return block;
}

void *__wrap_malloc(size_t size)
{
    return weigh_down(__real_malloc(size + heavy), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (heavy == 0 || (size > 0 && count > SIZE_MAX / 2 / size))
        return __real_calloc(count, size);
    return weigh_down(__real_calloc(1, count * size + heavy), count * size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return weigh_down(__real_realloc(block, size + heavy), size);
}

/* A string that libc has made, as a heavy block. */
static char *weigh_text(char *text)
{
    return heavy == 0 || text == NULL ? text
                                      : __wrap_realloc(text, strlen(text) + 1);
}

char *__wrap_strdup(const char *text)
{
    return weigh_text(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t most)
{
    return weigh_text(__real_strndup(text, most));
}

char *__wrap_realpath(const char *path, char *room)
{
    char *found = __real_realpath(path, room);
    return room == NULL ? weigh_text(found) : found;
}

/* NOLINTEND(bugprone-reserved-identifier) */
