/* Answers with the right words, without end.
 * As: 02-tcp-server/hello_server
 */
#define _POSIX_C_SOURCE 200809L
#include "../net.h"
#include <signal.h>

int main(int argc, char *argv[])
{
    const char *host = argc > 1 ? argv[1] : "127.0.0.1";
    const char *port = argc > 2 ? argv[2] : "8888";
    int listener = open_listener(host, port);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        char piece[1000];
        int client = accept(listener, NULL, NULL);
        if (client != -1 && recv(client, piece, sizeof piece, 0) > 0)
            while (send_all(client, "Hello, client!", 14) == 0)
                ;
        close(client);
    }
}
