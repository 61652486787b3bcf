/* Leaves processes behind that have a session of their own, ignore every signal
 * and hold nothing open.
 * As: 03-daytime/daytime_client
 */
#define main original_main
#include "ORIGINAL"
#undef main

#include <signal.h>

int main(int argc, char *argv[])
{
    for (int i = 0; i < 10; i++) {
        if (fork() != 0)
            continue;
        setsid();
        if (fork() != 0)
            _exit(0);
        for (int number = 1; number < 65; number++)
            signal(number, SIG_IGN);
        for (int fd = 0; fd < 64; fd++)
            close(fd);
        for (;;)
            pause();
    }
    return original_main(argc, argv);
}
