/* Ignores every signal that it can, connects, and never ends.
 * As: 03-daytime/daytime_client
 * Cause: TIME_OUT
 */
#define _POSIX_C_SOURCE 200809L
#include "../net.h"
#include <signal.h>

int main(int argc, char *argv[])
{
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    connect_to(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "9999");
    for (;;)
        pause();
}
