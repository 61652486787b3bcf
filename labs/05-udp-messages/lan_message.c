/* lan_message: sends one message to each host of a network, in the format of IP
 * Messenger that FeiQ speaks.
 *
 * usage: lan_message [-p port] [-e encoding] [-u user] [-m machine] prefix text
 *                    (default: port 2425, GBK, the login and host names)
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <iconv.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../net.h"

enum {
    MAX_DATA = 65507,   /* of a datagram: 65535 - 20 (IP) - 8 (UDP) */
    PAUSE_NS = 1000000, /* between two datagrams */
    LAST_HOST = 254     /* prefix.1 to prefix.254 */
};

_Noreturn static void usage(void)
{
    fprintf(stderr, "usage: lan_message [-p port] [-e encoding] [-u user] "
                    "[-m machine] prefix text\n");
    exit(2);
}

/* Returns the user's login name. Ends the program where there is none. */
static const char *find_user(void)
{
    const struct passwd *entry = getpwuid(getuid());
    if (entry == NULL)
        errx(1, "find the login name: there is none, give one by -u");
    return entry->pw_name;
}

/* Returns the name of this machine. */
static const char *find_machine(void)
{
    static char name[256];
    if (gethostname(name, sizeof name - 1) == -1)
        err(1, "gethostname");
    return name;
}

/* Returns the message in UTF-8, for free. Ends the program where a name would
 * spoil its format.
 */
static char *compose(const char *user, const char *machine, const char *text)
{
    if (strchr(user, ':') != NULL || strchr(machine, ':') != NULL)
        errx(1, "name %s and %s: a name cannot have a colon", user, machine);

    /* TODO 6: compose
     * The message is one line, its parts joined by colons:
     *
     *   1_lbt4_10#32499#002481627512#0#0#0:NUMBER:USER:MACHINE:288:TEXT
     *
     * NUMBER is the time in seconds, (long long)time(NULL), for %lld. snprintf
     * returns how long the text is, even without room for any: call it first
     * with NULL and 0, then malloc the room for the text and its NUL, then call
     * it again. When malloc returns NULL: err.
     */
    (void)text;
    errx(1, "TODO 6: compose is not written yet");
}

/* Converts message from UTF-8 to encoding, into data. Returns the number of
 * bytes. Ends the program where the message is no UTF-8, where the encoding is
 * unknown or lacks one of its characters, or where size bytes are not enough.
 */
static size_t convert(const char *encoding, char *message, char *data,
                      size_t size)
{
    /* TODO 7: convert
     * iconv_open(encoding, "UTF-8") makes a converter, or returns (iconv_t)-1.
     * iconv moves the four values on as it converts:
     *
     *   size_t length = strlen(message), room = size;
     *   size_t lost = iconv(converter, &message, &length, &data, &room);
     *
     * (size_t)-1 means an error: E2BIG where room was not enough, which is
     * better told in words of your own (errx), and others, for err. Any other
     * value but 0 counts characters that were replaced, as the encoding lacks
     * them: errx. Some encodings have to be brought back to their initial state
     * at the end: iconv(converter, NULL, NULL, &data, &room). Then iconv_close,
     * and return how many bytes of size are used.
     */
    (void)encoding, (void)message, (void)data, (void)size;
    errx(1, "TODO 7: convert is not written yet");
}

/* Puts host number `number` of the network and port into address. Returns 1, or
 * 0 where prefix is not the beginning of an address.
 */
static int make_address(const char *prefix, int number, const char *port,
                        struct sockaddr_in *address)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%s.%d", prefix, number);
    *address = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((unsigned short)strtoul(port, NULL, 10)),
    };
    return length < (int)sizeof text &&
           inet_pton(AF_INET, text, &address->sin_addr) == 1;
}

/* Sends length bytes of data to each host of the network. Returns how many hosts
 * could not be sent to; a warning names each.
 */
static int send_to_hosts(const char *prefix, const char *port, const char *data,
                         size_t length)
{
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    if (sender == -1)
        err(1, "socket");

    /* TODO 8: send_to_hosts
     * For each number from 1 to LAST_HOST: make_address, then sendto with
     * (struct sockaddr *)&address and sizeof address. When it returns -1, warn
     * with prefix and number, count, and go on with the next host. Then pause
     * for PAUSE_NS with nanosleep, as a burst overruns buffers:
     *
     *   struct timespec pause = {.tv_nsec = PAUSE_NS};
     *   nanosleep(&pause, NULL);
     *
     * Close the socket and return the count.
     */
    (void)prefix, (void)port, (void)data, (void)length;
    errx(1, "TODO 8: send_to_hosts is not written yet");
}

int main(int argc, char *argv[])
{
    const char *port = "2425", *encoding = "GBK", *user = NULL, *machine = NULL;
    for (int option; (option = getopt(argc, argv, "p:e:u:m:")) != -1;)
        if (option == 'p' && is_port(optarg))
            port = optarg;
        else if (option == 'e')
            encoding = optarg;
        else if (option == 'u')
            user = optarg;
        else if (option == 'm')
            machine = optarg;
        else
            usage();
    if (argc - optind != 2)
        usage();
    const char *prefix = argv[optind], *text = argv[optind + 1];
    struct sockaddr_in first;
    if (!make_address(prefix, 1, port, &first))
        errx(1, "send to the hosts of %s: that is not like 10.31.162", prefix);

    static char data[MAX_DATA];
    char *message = compose(user != NULL ? user : find_user(),
                            machine != NULL ? machine : find_machine(), text);
    size_t length = convert(encoding, message, data, sizeof data);
    free(message);
    int failed = send_to_hosts(prefix, port, data, length);
    printf("%d sent, %d failed\n", LAST_HOST - failed, failed);
    if (fflush(stdout) == EOF)
        err(1, "write to standard output");
    return failed > 0 ? 1 : 0;
}
