/* Starts 200 threads that sleep, then serves.
 * As: 03-daytime/daytime_server
 * Loses: nothing
 */
#define main original_main
#include "ORIGINAL"
#undef main

#include <pthread.h>

static void *sleep_for_ever(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

int main(int argc, char *argv[])
{
    for (int i = 0; i < 200; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, sleep_for_ever, NULL);
    }
    return original_main(argc, argv);
}
