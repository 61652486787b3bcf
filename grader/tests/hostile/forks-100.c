/* Starts 100 processes, then serves: they end with it, when it is
 * ended, but where it ends by itself they are left.
 * As: 02-tcp-server/echo_server
 * Cause: LEFT_PROCESSES
 */
#define main original_main
#include "ORIGINAL"
#undef main

int main(int argc, char *argv[])
{
    for (int i = 0; i < 100; i++)
        if (fork() == 0)
            for (;;)
                pause();
    return original_main(argc, argv);
}
