/* A rod that cools, steered over the JSON lines without any library: cc -O2 -o rod rod.c -lm
 *
 * What a program must do: say hello, its parameters and "running" once; after each step say the step and its metrics, then
 * answer what was asked. Alone (no LODGER_CHANNEL) it computes the same and says nothing. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int channel = -1;        /* -1: nobody steers */
static char inbox[1 << 16];     /* what was read and is no whole line yet */
static size_t held = 0;
static double rate = 0.1;       /* the parameter, 0 to 0.5 1/s */
static int paused = 0, stopping = 0;
static long step = 0;

static void say(const char *format, ...) {
    char line[4096];
    va_list values;
    if (channel < 0) return;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line - 1, format, values);
    va_end(values);
    line[length++] = '\n';
    for (int sent = 0; sent < length;) {
        ssize_t n = write(channel, line + sent, (size_t)(length - sent));
        if (n < 0 && errno != EINTR) exit(0); /* the control plane is gone */
        if (n > 0) sent += (int)n;
    }
}

/* The text of a field, up to the next quote: enough for ids and types, which hold no quotes. */
static void text_of(const char *line, const char *field, char *value, size_t room) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\": \"", field);
    const char *found = strstr(line, key);
    snprintf(value, room, "%.*s", found ? (int)strcspn(found + strlen(key), "\"") : 0, found ? found + strlen(key) : "");
}

static void set(const char *line, const char *id) {
    const char *changes = strstr(line, "\"changes\":"), *found = changes ? strstr(changes, "\"rate\": ") : NULL;
    double wanted = found ? atof(found + 8) : NAN, old = rate;
    if (!(wanted >= 0.0 && wanted <= 0.5)) {
        say("{\"type\":\"refused\",\"id\":\"%s\",\"error\":\"rate is a number from 0 to 0.5\"}", id);
        return;
    }
    rate = wanted; /* all or nothing: there is only one parameter */
    say("{\"type\":\"applied\",\"id\":\"%s\",\"step\":%ld,\"changes\":[{\"name\":\"rate\",\"old\":%.17g,\"new\":%.17g}]}",
        id, step, old, rate);
}

static void obey(const char *line) {
    char type[32], id[64];
    text_of(line, "type", type, sizeof type);
    text_of(line, "id", id, sizeof id);
    if (strcmp(type, "set") == 0) { set(line, id); return; }
    if (strcmp(type, "pause") == 0) paused = 1;
    else if (strcmp(type, "resume") == 0) paused = 0;
    else if (strcmp(type, "stop") == 0) stopping = 1;
    else { say("{\"type\":\"refused\",\"id\":\"%s\",\"error\":\"rod.c does not know that request\"}", id); return; }
    say("{\"type\":\"state\",\"id\":\"%s\",\"state\":\"%s\",\"step\":%ld}", id,
        stopping ? "stopping" : paused ? "paused" : "running", step);
}

/* The safe point: between two steps, do what was asked; wait while paused. */
static void safe_point(void) {
    do {
        struct pollfd waiting = {channel, POLLIN, 0};
        if (channel < 0 || poll(&waiting, 1, paused ? -1 : 0) <= 0) continue;
        ssize_t n = read(channel, inbox + held, sizeof inbox - held - 1);
        if (n <= 0) exit(0); /* the control plane is gone, and nothing outlives it */
        held += (size_t)n;
        inbox[held] = 0;
        for (char *end; (end = memchr(inbox, '\n', held));) {
            *end = 0;
            obey(inbox);
            held -= (size_t)(end + 1 - inbox);
            memmove(inbox, end + 1, held + 1);
        }
    } while (paused && !stopping);
}

int main(void) {
    const char *where = getenv("LODGER_CHANNEL");
    if (where && strncmp(where, "fd:", 3) == 0) channel = atoi(where + 3);
    double temperature = 100.0;
    say("{\"type\":\"hello\",\"protocol\":1,\"name\":\"rod\",\"total_steps\":null,\"pid\":%d,\"device\":\"cpu\",\"doc\":\"A rod, in C.\"}",
        (int)getpid());
    say("{\"type\":\"parameter\",\"name\":\"rate\",\"value\":%.17g,\"kind\":\"float\",\"minimum\":0,\"maximum\":0.5,\"unit\":\"1/s\"}", rate);
    say("{\"type\":\"metric\",\"name\":\"temperature\",\"unit\":\"K\"}");
    say("{\"type\":\"state\",\"id\":null,\"state\":\"running\",\"step\":0}");
    while (channel >= 0 || step < 1000) {
        safe_point();
        if (stopping) break;
        temperature *= 1.0 - rate * 0.001;
        struct timespec now, pause = {0, 2000000};
        clock_gettime(CLOCK_REALTIME, &now);
        say("{\"type\":\"metrics\",\"step\":%ld,\"rows\":{\"temperature\":[[%ld,%.17g,%.6f]]}}", step, step, temperature,
            (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
        step++;
        say("{\"type\":\"step\",\"step\":%ld,\"time\":%.6f}", step, (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
        if (channel >= 0) nanosleep(&pause, NULL); /* stands for real work */
    }
    say("{\"type\":\"bye\",\"state\":\"%s\",\"step\":%ld,\"error\":null}", stopping ? "stopped" : "finished", step);
    return 0;
}
