// The kernel at the near end of a benchmark, driven from C by epoll: what a
// program can have of it at best. Arguments and output are those of package
// trial: "-name value", and a line "name value" for each result.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LATENCIES_MAX = 1 << 24, EVENTS = 64, BURST = 64, IN_FLIGHT_MAX = 65536 };

static const char *task = "";
static int in_flight = 1, ms, size = 1, dests, port;
static struct sockaddr_in dest, far_end;

static uint32_t *latencies;
static size_t seen;

static void fail(const char *what) {
	fprintf(stderr, "epoll: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static struct sockaddr_in destination(unsigned i) {
	if (dests == 0)
		return far_end;
	struct sockaddr_in a = dest;
	a.sin_addr.s_addr = htonl(ntohl(dest.sin_addr.s_addr) + i % dests);
	return a;
}

// attempt is a connect under way.
struct attempt {
	int fd;
	uint64_t began;
};

static unsigned next;

// start starts an attempt and says whether it has ended already.
static int start(int poll, struct attempt *a, int index) {
	struct sockaddr_in to = destination(next++);
	struct epoll_event event = {.events = EPOLLOUT, .data.u32 = index};
	a->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (a->fd < 0)
		fail("socket");
	a->began = now();
	if (connect(a->fd, (struct sockaddr *)&to, sizeof to) == 0)
		return 1;
	if (errno != EINPROGRESS)
		fail("connect");
	if (epoll_ctl(poll, EPOLL_CTL_ADD, a->fd, &event) != 0)
		fail("epoll_ctl");
	return 0;
}

static void end(struct attempt *a) {
	uint64_t took = now() - a->began;
	if (seen < LATENCIES_MAX)
		latencies[seen++] = took > UINT32_MAX ? UINT32_MAX : took;
	close(a->fd);
}

static void report(uint64_t operations, uint64_t bytes, uint64_t failed, uint64_t nanos) {
	printf("operations %llu\nbytes %llu\nfailed %llu\nseconds %.9f\n", (unsigned long long)operations,
	       (unsigned long long)bytes, (unsigned long long)failed, nanos / 1e9);
}

static void connects(uint64_t nanos) {
	static struct attempt attempts[IN_FLIGHT_MAX];
	struct epoll_event events[EVENTS];
	uint64_t operations = 0, failed = 0, began = now();
	int poll = epoll_create1(0);
	if (poll < 0)
		fail("epoll_create1");
	latencies = malloc(sizeof *latencies * LATENCIES_MAX);
	if (latencies == NULL)
		fail("memory");
	for (int i = 0; i < in_flight; i++)
		for (; start(poll, &attempts[i], i); operations++)
			end(&attempts[i]);
	while (now() - began < nanos) {
		int n = epoll_wait(poll, events, EVENTS, 1000);
		for (int i = 0; i < n; i++) {
			int index = events[i].data.u32;
			if (events[i].events & (EPOLLERR | EPOLLHUP))
				failed++;
			do {
				end(&attempts[index]);
				operations++;
			} while (start(poll, &attempts[index], index));
		}
	}
	report(operations, 0, failed, now() - began);
	if (seen == 0)
		return;
	qsort(latencies, seen, sizeof *latencies, ascending);
	printf("p50 %.3f\np99 %.3f\n", latencies[(seen - 1) / 2] / 1e3, latencies[(seen - 1) * 99 / 100] / 1e3);
}

static int connected(int type) {
	int fd = socket(AF_INET, type, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&far_end, sizeof far_end) != 0)
		fail("connect");
	return fd;
}

static void stream(uint64_t nanos, int sending) {
	int fd = connected(SOCK_STREAM);
	char *buffer = calloc(1, size);
	uint64_t bytes = 0, began = now();
	if (buffer == NULL)
		fail("memory");
	while (now() - began < nanos) {
		ssize_t n = sending ? write(fd, buffer, size) : read(fd, buffer, size);
		if (n <= 0)
			fail(sending ? "write" : "read");
		bytes += n;
	}
	report(0, bytes, 0, now() - began);
}

static void datagrams(uint64_t nanos) {
	int fd = connected(SOCK_DGRAM);
	char *buffer = calloc(1, size);
	uint64_t operations = 0, failed = 0, began = now();
	if (buffer == NULL)
		fail("memory");
	while (now() - began < nanos)
		for (int i = 0; i < BURST; i++)
			if (send(fd, buffer, size, 0) < 0)
				failed++;
			else
				operations++;
	report(operations, 0, failed, now() - began);
}

static void address(struct sockaddr_in *a, const char *text) {
	a->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &a->sin_addr) != 1) {
		fprintf(stderr, "epoll: address %s: expected IPv4\n", text);
		exit(2);
	}
}

int main(int argc, char **argv) {
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];
		if (strcmp(name, "-task") == 0)
			task = value;
		else if (strcmp(name, "-inflight") == 0)
			in_flight = atoi(value);
		else if (strcmp(name, "-ms") == 0)
			ms = atoi(value);
		else if (strcmp(name, "-size") == 0)
			size = atoi(value);
		else if (strcmp(name, "-dests") == 0)
			dests = atoi(value);
		else if (strcmp(name, "-port") == 0)
			port = atoi(value);
		else if (strcmp(name, "-dest") == 0)
			address(&dest, value);
		else if (strcmp(name, "-far") == 0)
			address(&far_end, value);
	}
	dest.sin_port = far_end.sin_port = htons(port);
	uint64_t nanos = (uint64_t)ms * 1000000;
	if (in_flight < 1 || in_flight > IN_FLIGHT_MAX || size < 1) {
		fprintf(stderr, "epoll: a number is out of range\n");
		return 2;
	}
	if (strcmp(task, "connects") == 0)
		connects(nanos);
	else if (strcmp(task, "send") == 0)
		stream(nanos, 1);
	else if (strcmp(task, "receive") == 0)
		stream(nanos, 0);
	else if (strcmp(task, "datagrams") == 0)
		datagrams(nanos);
	else {
		fprintf(stderr, "epoll: task %s: expected connects, send, receive or datagrams\n", task);
		return 2;
	}
	return 0;
}
