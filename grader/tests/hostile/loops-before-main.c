/* Loops for ever before main.
 * As: 03-daytime/daytime_client
 */
__attribute__((constructor)) static void loop(void)
{
    for (;;)
        ;
}

int main(void)
{
    return 0;
}
