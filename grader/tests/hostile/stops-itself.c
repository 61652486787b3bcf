/* Stops itself, once it listens.
 * As: 03-daytime/daytime_server
 */
#define _POSIX_C_SOURCE 200809L
#include "../net.h"
#include <signal.h>

int main(int argc, char *argv[])
{
    int listener = open_listener(argc > 1 ? argv[1] : "127.0.0.1",
                                 argc > 2 ? argv[2] : "9999");
    accept(listener, NULL, NULL);
    raise(SIGSTOP);
    return 0;
}
