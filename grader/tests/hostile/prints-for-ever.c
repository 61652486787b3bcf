/* Prints a line every half second and does nothing else: something moves all
 * the time, so patience must end by the clock.
 * As: 01-tcp-client/hello_client
 * Limit: 150
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <time.h>

int main(void)
{
    for (;;) {
        struct timespec wait = {0, 500000000};
        puts("working on it");
        fflush(stdout);
        nanosleep(&wait, NULL);
    }
}
