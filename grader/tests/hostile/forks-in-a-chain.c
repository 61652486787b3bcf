/* Each process starts the next one and ends, 2,000 times: whoever kills must be
 * quicker.
 * As: 02-tcp-server/hello_server
 */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 2000; i++) {
        if (fork() != 0)
            _exit(0);
        setsid();
    }
    for (;;)
        pause();
}
