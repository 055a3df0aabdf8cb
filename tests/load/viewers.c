/* Many viewers of the live channel in one thread: they take a ticket, say hello, acknowledge, and measure what comes.
 *
 * viewers -p PORT -n VIEWERS [-t] [-c COOKIE] [-R FILE] [-d SECONDS] [-w SECONDS] [-S SILENT] [-b BATCH] [-x]
 *
 * -R: room ids, one a line; viewer i is in room i % rooms.   -t: take a ticket (POST /api/ticket) before hello.
 * -S: so many viewers read nothing after hello.              -x: when all are open, drop all and come back at once.
 *
 * Prints "ready" when all are open, "measuring" when the measurement begins, and then one JSON object. A message begins
 * {"t":NS,"q":SEQ, with the time it was meant to be sent on CLOCK_MONOTONIC; latency counts from there.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTING, TICKET, UPGRADE, HELLO, OPEN, DEAD };
enum { BUCKETS = 64 * 40, EVENTS = 1024, READ_BYTES = 1 << 18 };
static const uint64_t SECOND = 1000000000ull, ACK_EVERY = 5 * 1000000000ull;

typedef struct {
    int fd, state, silent;
    char *kept; /* bytes of a message that is not whole yet */
    size_t kept_size;
    uint64_t seq, ack_due, dropped_at;
    char epoch[32], ticket[96];
} Viewer;

static Viewer *viewers;
static int count = 100, port, take_ticket, silent_count, batch = 128, come_back, poller, opened, failed, lost, backs;
static char **rooms;
static int room_count;
static const char *cookie = "";
static int measuring;
static uint64_t buckets[BUCKETS], back_buckets[BUCKETS], messages, bytes, gaps, longest, back_longest, unread;

static uint64_t now_ns(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * SECOND + at.tv_nsec;
}

/* Logarithmic histogram: exact to 64 us, then 64 buckets an octave. */
static int bucket_of(uint64_t us) {
    if (us < 64) return (int)us;
    int octave = 63 - __builtin_clzll(us), bucket = (octave - 5) * 64 + (int)((us >> (octave - 6)) & 63);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double bucket_ms(int bucket) {
    if (bucket < 64) return bucket / 1000.0;
    return (double)((64ull + bucket % 64) << (bucket / 64 - 1)) / 1000.0;
}

static double quantile_ms(const uint64_t *histogram, double fraction) {
    uint64_t all = 0, below = 0;
    for (int i = 0; i < BUCKETS; i++) all += histogram[i];
    for (int i = 0; i < BUCKETS; i++)
        if ((below += histogram[i]) > all * fraction) return bucket_ms(i);
    return 0.0;
}

static void watch(Viewer *viewer, int how, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = viewer};
    epoll_ctl(poller, how, viewer->fd, &event);
}

static void end(Viewer *viewer) {
    if (viewer->state == DEAD) return;
    if (viewer->state < OPEN) failed++; else lost++;
    viewer->state = DEAD;
    close(viewer->fd);
}

static void begin(Viewer *viewer) {
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    viewer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (viewer->fd < 0) { perror("socket"); exit(1); }
    setsockopt(viewer->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (viewer->silent) {
        int small = 4096;
        setsockopt(viewer->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    viewer->state = CONNECTING;
    viewer->kept_size = 0;
    if (connect(viewer->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
        perror("connect");
        exit(1);
    }
    watch(viewer, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void say(Viewer *viewer, const char *text, int size) {
    if (write(viewer->fd, text, size) != size) end(viewer);
}

/* One masked text frame; a key of zeros leaves the text as it is. */
static void tell(Viewer *viewer, const char *text, int size) {
    char frame[1024];
    int head = size < 126 ? 2 : 4;
    frame[0] = (char)0x81;
    frame[1] = (char)(0x80 | (size < 126 ? size : 126));
    if (head == 4) { frame[2] = (char)(size >> 8); frame[3] = (char)size; }
    memset(frame + head, 0, 4);
    memcpy(frame + head + 4, text, size);
    say(viewer, frame, head + 4 + size);
}

static void ask_ticket(Viewer *viewer) {
    char body[128], text[2048];
    const char *room = room_count ? rooms[(viewer - viewers) % room_count] : NULL;
    int length = room ? snprintf(body, sizeof body, "{\"room\":\"%s\"}", room) : snprintf(body, sizeof body, "{}");
    int size = snprintf(text, sizeof text,
        "POST /api/ticket HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: http://localhost:%d\r\nCookie: %s\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", port, port, cookie, length, body);
    viewer->state = TICKET;
    say(viewer, text, size);
}

static void upgrade(Viewer *viewer) {
    char text[1024];
    int size = snprintf(text, sizeof text,
        "GET /ws HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: http://localhost:%d\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        port, port);
    viewer->state = UPGRADE;
    say(viewer, text, size);
}

static void say_hello(Viewer *viewer) {
    char text[512], resume[96] = "", with[256] = "";
    if (viewer->epoch[0])
        snprintf(resume, sizeof resume, ",\"epoch\":\"%s\",\"message_seq\":%lu", viewer->epoch, viewer->seq);
    if (viewer->ticket[0]) snprintf(with, sizeof with, ",\"ticket\":\"%s\"", viewer->ticket);
    int size = snprintf(text, sizeof text, "{\"type\":\"hello\",\"protocol\":1,\"role\":\"physio\"%s%s}", resume, with);
    viewer->state = HELLO;
    tell(viewer, text, size);
}

static void welcomed(Viewer *viewer, const char *text, size_t size) {
    const char *epoch = memmem(text, size, "\"epoch\":\"", 9);
    if (epoch && (size_t)(epoch + 35 - text) < size) {
        memcpy(viewer->epoch, epoch + 9, 26);
        viewer->epoch[26] = 0;
    }
    viewer->state = OPEN;
    viewer->ack_due = now_ns() + ACK_EVERY * (uint64_t)(viewer - viewers + 1) / count;
    opened++;
    if (viewer->dropped_at) {
        uint64_t us = (now_ns() - viewer->dropped_at) / 1000;
        back_buckets[bucket_of(us)]++;
        if (us > back_longest) back_longest = us;
        viewer->dropped_at = 0;
        backs++;
    }
    if (viewer->silent) watch(viewer, EPOLL_CTL_MOD, 0);
}

static void heard(Viewer *viewer, const char *text, size_t size) {
    char *rest;
    if (viewer->state == HELLO) welcomed(viewer, text, size);
    if (size < 20 || memcmp(text, "{\"t\":", 5)) { unread++; return; }
    uint64_t sent = strtoull(text + 5, &rest, 10);
    uint64_t seq = memcmp(rest, ",\"q\":", 5) ? 0 : strtoull(rest + 5, NULL, 10);
    int is_snapshot = size > 60 && memmem(text, 60, "\"snapshot\"", 10) != NULL;
    if (seq && !is_snapshot && viewer->seq && seq != viewer->seq + 1 && measuring) gaps++;
    if (seq) viewer->seq = seq;
    if (!measuring) return;
    uint64_t at = now_ns(), us = at > sent ? (at - sent) / 1000 : 0;
    buckets[bucket_of(us)]++;
    messages++;
    bytes += size;
    if (us > longest) longest = us;
}

/* Whether a JSON text has a string of this name, no longer than fits. */
static int string_of(const char *text, size_t size, const char *name, char *value, size_t room) {
    const char *at = memmem(text, size, name, strlen(name)), *last;
    if (!at) return 0;
    at += strlen(name);
    last = memchr(at, '"', (size_t)(text + size - at));
    if (!last || (size_t)(last - at) >= room) return 0;
    memcpy(value, at, (size_t)(last - at));
    value[last - at] = 0;
    return 1;
}

/* Bytes used of the answer to a question over HTTP; 0: not all of it is there. */
static size_t take_answer(Viewer *viewer, const char *text, size_t size) {
    const char *body = memmem(text, size, "\r\n\r\n", 4), *length;
    if (!body) return 0;
    body += 4;
    int is_ticket = viewer->state == TICKET, is_good = !memcmp(text + 9, is_ticket ? "200" : "101", 3);
    length = memmem(text, (size_t)(body - text), "content-length: ", 16);
    size_t whole = (size_t)(body - text) + (length ? (size_t)atol(length + 16) : 0);
    if (whole > size) return 0;
    if (is_ticket) is_good &= string_of(body, (size_t)(text + whole - body), "\"ticket\":\"", viewer->ticket, 96);
    if (!is_good) {
        if (failed < 3) fprintf(stderr, "refused: %.*s\n", (int)(whole < 400 ? whole : 400), text);
        end(viewer);
    } else if (is_ticket) {
        upgrade(viewer);
    } else {
        say_hello(viewer);
    }
    return whole;
}

/* Bytes used of the frame that begins here; 0: not all of it is there. */
static size_t take_frame(Viewer *viewer, const char *text, size_t size) {
    const uint8_t *raw = (const uint8_t *)text;
    size_t head = 2, length = size < 2 ? 0 : raw[1] & 127;
    if (size < 2) return 0;
    if (length == 126) {
        if (size < (head = 4)) return 0;
        length = (size_t)raw[2] << 8 | raw[3];
    } else if (length == 127) {
        if (size < (head = 10)) return 0;
        length = 0;
        for (int i = 2; i < 10; i++) length = length << 8 | raw[i];
    }
    if (size < head + length) return 0;
    if ((raw[0] & 15) == 1) {
        heard(viewer, text + head, length);
    } else if ((raw[0] & 15) == 9) {
        char pong[160] = {(char)0x8a, (char)(0x80 | length)};
        memcpy(pong + 6, text + head, length);
        say(viewer, pong, (int)(6 + length));
    } else if ((raw[0] & 15) == 8) {
        end(viewer);
    }
    return head + length;
}

static void take(Viewer *viewer, const char *text, size_t size) {
    static char joined[READ_BYTES * 32];
    if (viewer->kept_size) {
        if (viewer->kept_size + size > sizeof joined) { end(viewer); return; }
        memcpy(joined, viewer->kept, viewer->kept_size);
        memcpy(joined + viewer->kept_size, text, size);
        text = joined;
        size += viewer->kept_size;
        free(viewer->kept);
        viewer->kept = NULL;
        viewer->kept_size = 0;
    }
    while (size && viewer->state != DEAD) {
        size_t used = viewer->state < HELLO ? take_answer(viewer, text, size) : take_frame(viewer, text, size);
        if (!used) break;
        text += used;
        size -= used;
    }
    if (size && viewer->state != DEAD) {
        viewer->kept = malloc(size);
        memcpy(viewer->kept, text, size);
        viewer->kept_size = size;
    }
}

static void attend(Viewer *viewer, uint32_t events) {
    static char text[READ_BYTES];
    if (viewer->state == DEAD) return;
    if (viewer->state == CONNECTING && events & EPOLLOUT) {
        watch(viewer, EPOLL_CTL_MOD, EPOLLIN);
        if (take_ticket) ask_ticket(viewer); else upgrade(viewer);
        return;
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t size = read(viewer->fd, text, sizeof text);
        if (size > 0) take(viewer, text, (size_t)size);
        else if (size == 0 || errno != EAGAIN) end(viewer);
    }
}

static void acknowledge(void) {
    static int next;
    uint64_t at = now_ns();
    for (int i = 0; i < 200; i++, next = (next + 1) % count) {
        Viewer *viewer = viewers + next;
        char text[64];
        if (viewer->state != OPEN || viewer->silent || viewer->ack_due > at) continue;
        viewer->ack_due += ACK_EVERY;
        tell(viewer, text, snprintf(text, sizeof text, "{\"type\":\"ack\",\"message_seq\":%lu}", viewer->seq));
    }
}

static void drop_all(void) {
    for (int i = 0; i < count; i++) {
        Viewer *viewer = viewers + i;
        if (viewer->state != OPEN) continue;
        close(viewer->fd);
        free(viewer->kept);
        viewer->kept = NULL;
        viewer->dropped_at = now_ns();
        opened--;
        begin(viewer);
    }
}

static void read_rooms(const char *name) {
    char line[128];
    FILE *file = fopen(name, "r");
    if (!file) { perror(name); exit(1); }
    rooms = malloc(sizeof *rooms * 100000);
    while (room_count < 100000 && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (line[0]) rooms[room_count++] = strdup(line);
    }
    fclose(file);
}

static double cpu_s(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void report(double opening_s, double lasted_s, double used_s) {
    printf("{\"opened\":%d,\"failed\":%d,\"lost\":%d,\"opening_s\":%.2f,\"messages\":%lu,\"per_s\":%.0f,"
           "\"message_bytes\":%.0f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"longest_ms\":%.3f,"
           "\"gaps\":%lu,\"unread\":%lu,\"client_core\":%.3f,\"back\":%d,\"back_p50_ms\":%.1f,\"back_p99_ms\":%.1f,"
           "\"back_longest_ms\":%.1f}\n",
           opened, failed, lost, opening_s, messages, messages / lasted_s, messages ? (double)bytes / messages : 0.0,
           quantile_ms(buckets, .5), quantile_ms(buckets, .9), quantile_ms(buckets, .99), quantile_ms(buckets, .999),
           longest / 1000.0, gaps, unread, used_s / lasted_s, backs, quantile_ms(back_buckets, .5),
           quantile_ms(back_buckets, .99), back_longest / 1000.0);
    fflush(stdout);
}

int main(int argc, char **argv) {
    double lasts_s = 10, settles_s = 3, used_s = 0;
    struct epoll_event events[EVENTS];
    struct rlimit files;
    int option, started = 0;
    while ((option = getopt(argc, argv, "p:n:tc:R:d:w:S:b:x")) != -1) switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'n': count = atoi(optarg); break;
        case 't': take_ticket = 1; break;
        case 'c': cookie = optarg; break;
        case 'R': read_rooms(optarg); break;
        case 'd': lasts_s = atof(optarg); break;
        case 'w': settles_s = atof(optarg); break;
        case 'S': silent_count = atoi(optarg); break;
        case 'b': batch = atoi(optarg); break;
        case 'x': come_back = 1; break;
        default: return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    viewers = calloc((size_t)count, sizeof *viewers);
    poller = epoll_create1(0);
    uint64_t began = now_ns(), all_open = 0, from = 0, until = 0;
    for (;;) {
        while (started < count && started - opened - failed < batch) {
            viewers[started].silent = started >= count - silent_count;
            begin(viewers + started++);
        }
        int ready = epoll_wait(poller, events, EVENTS, 5);
        for (int i = 0; i < ready; i++) attend(events[i].data.ptr, events[i].events);
        acknowledge();
        uint64_t at = now_ns();
        if (!all_open && (opened + failed >= count || at - began > 200 * SECOND)) {
            all_open = at;
            from = at + (uint64_t)(settles_s * SECOND);
            printf("ready\n");
            fflush(stdout);
        }
        if (all_open && !until && at >= from) {
            printf("measuring\n");
            fflush(stdout);
            from = now_ns();
            until = from + (uint64_t)(lasts_s * SECOND);
            measuring = 1;
            used_s = cpu_s();
            if (come_back) drop_all();
        }
        if (until && at >= until) {
            report((all_open - began) / 1e9, (at - from) / 1e9, cpu_s() - used_s);
            return 0;
        }
    }
}
