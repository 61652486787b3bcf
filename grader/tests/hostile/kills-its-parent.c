/* Kills the process that has started it.
 * As: 01-tcp-client/hello_client
 */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <unistd.h>

int main(void)
{
    kill(getppid(), SIGKILL);
    for (;;)
        pause();
}
