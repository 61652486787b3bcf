/* Accepts one client and loops for ever.
 * As: 02-tcp-server/echo_server
 */
#define _POSIX_C_SOURCE 200809L
#include "../net.h"

int main(int argc, char *argv[])
{
    int listener = open_listener(argc > 1 ? argv[1] : "127.0.0.1",
                                 argc > 2 ? argv[2] : "7777");
    accept(listener, NULL, NULL);
    for (;;)
        ;
}
