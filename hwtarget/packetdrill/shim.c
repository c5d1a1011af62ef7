//go:build cgo

/* Between packetdrill and Go: what Go cannot say, which is variadic functions and
 * errno. The Go functions return the error as a negative number. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "interface.h"
#include "_cgo_export.h"

static long long told(long long r)
{
	if (r >= 0)
		return r;
	errno = (int)-r;
	return -1;
}

static void so_free(void *u) { connspecFree(); }
static int so_socket(void *u, int d, int t, int p) { return told(connspecSocket(d, t, p)); }
static int so_bind(void *u, int fd, const struct sockaddr *a, socklen_t n) { return told(connspecBind(fd, (void *)a, n)); }
static int so_listen(void *u, int fd, int backlog) { return told(connspecListen(fd, backlog)); }
static int so_accept(void *u, int fd, struct sockaddr *a, socklen_t *n) { return told(connspecAccept(fd, a, n)); }
static int so_connect(void *u, int fd, const struct sockaddr *a, socklen_t n) { return told(connspecConnect(fd, (void *)a, n)); }

static ssize_t so_read(void *u, int fd, void *b, size_t n) { return told(connspecRecv(fd, b, n, 0, NULL, NULL)); }
static ssize_t so_recv(void *u, int fd, void *b, size_t n, int f) { return told(connspecRecv(fd, b, n, f, NULL, NULL)); }
static ssize_t so_recvfrom(void *u, int fd, void *b, size_t n, int f, struct sockaddr *a, socklen_t *l) { return told(connspecRecv(fd, b, n, f, a, l)); }
static ssize_t so_readv(void *u, int fd, const struct iovec *v, int n) { return told(connspecRecvv(fd, (void *)v, n, 0)); }
static ssize_t so_recvmsg(void *u, int fd, struct msghdr *m, int f)
{
	ssize_t r = told(connspecRecvv(fd, m->msg_iov, m->msg_iovlen, f));
	if (r >= 0) {
		m->msg_flags = 0;
		m->msg_controllen = 0;
	}
	return r;
}

static ssize_t so_write(void *u, int fd, const void *b, size_t n) { return told(connspecSend(fd, (void *)b, n, 0, NULL, 0)); }
static ssize_t so_send(void *u, int fd, const void *b, size_t n, int f) { return told(connspecSend(fd, (void *)b, n, f, NULL, 0)); }
static ssize_t so_sendto(void *u, int fd, const void *b, size_t n, int f, const struct sockaddr *a, socklen_t l) { return told(connspecSend(fd, (void *)b, n, f, (void *)a, l)); }
static ssize_t so_writev(void *u, int fd, const struct iovec *v, int n) { return told(connspecSendv(fd, (void *)v, n, 0, NULL, 0)); }
static ssize_t so_sendmsg(void *u, int fd, const struct msghdr *m, int f) { return told(connspecSendv(fd, m->msg_iov, m->msg_iovlen, f, m->msg_name, m->msg_namelen)); }

static int so_fcntl(void *u, int fd, int cmd, ...)
{
	va_list ap;
	va_start(ap, cmd);
	int arg = va_arg(ap, int);
	va_end(ap);
	return told(connspecFcntl(fd, cmd, arg));
}

static int so_ioctl(void *u, int fd, unsigned long request, ...)
{
	va_list ap;
	va_start(ap, request);
	int *arg = va_arg(ap, int *);
	va_end(ap);
	return told(connspecIoctl(fd, request, arg));
}

static int so_close(void *u, int fd) { return told(connspecClose(fd)); }
static int so_shutdown(void *u, int fd, int how) { return told(connspecShutdown(fd, how)); }
static int so_getsockopt(void *u, int fd, int l, int o, void *v, socklen_t *n) { return told(connspecGetsockopt(fd, l, o, v, n)); }
static int so_setsockopt(void *u, int fd, int l, int o, const void *v, socklen_t n) { return told(connspecSetsockopt(fd, l, o, (void *)v, n)); }
static int so_poll(void *u, struct pollfd *p, nfds_t n, int t) { return told(connspecPoll(p, n, t)); }
static int so_netdev_send(void *u, const void *b, size_t n) { connspecInject((void *)b, n); return 0; }
static int so_netdev_receive(void *u, void *b, size_t *n, long long *t) { connspecReceive(b, n, t); return 0; }
static int so_usleep(void *u, useconds_t n) { connspecSleep(n); return 0; }

static int so_gettimeofday(void *u, struct timeval *tv, struct timezone *tz)
{
	long long us = connspecNow();
	tv->tv_sec = us / 1000000;
	tv->tv_usec = us % 1000000;
	return 0;
}

static int so_epoll_create(void *u, int n) { return told(connspecEpollCreate(n)); }
static int so_epoll_ctl(void *u, int ep, int op, int fd, struct epoll_event *e) { return told(connspecEpollCtl(ep, op, fd, e)); }
static int so_epoll_wait(void *u, int ep, struct epoll_event *e, int n, int t) { return told(connspecEpollWait(ep, e, n, t)); }
static int so_pipe(void *u, int fds[2]) { return told(-ENOSYS); }
static int so_splice(void *u, int in, loff_t *i, int out, loff_t *o, size_t n, unsigned f) { return told(-ENOSYS); }

void packetdrill_interface_init(const char *flags, struct packetdrill_interface *i)
{
	connspecInit((char *)flags);
	*i = (struct packetdrill_interface){
		.free = so_free, .socket = so_socket, .bind = so_bind, .listen = so_listen, .accept = so_accept,
		.connect = so_connect, .read = so_read, .readv = so_readv, .recv = so_recv, .recvfrom = so_recvfrom,
		.recvmsg = so_recvmsg, .write = so_write, .writev = so_writev, .send = so_send, .sendto = so_sendto,
		.sendmsg = so_sendmsg, .fcntl = so_fcntl, .ioctl = so_ioctl, .close = so_close, .shutdown = so_shutdown,
		.getsockopt = so_getsockopt, .setsockopt = so_setsockopt, .poll = so_poll, .netdev_send = so_netdev_send,
		.netdev_receive = so_netdev_receive, .usleep = so_usleep, .gettimeofday = so_gettimeofday,
		.epoll_create = so_epoll_create, .epoll_ctl = so_epoll_ctl, .epoll_wait = so_epoll_wait,
		.pipe = so_pipe, .splice = so_splice,
	};
}

/* Scripts with code in them have packetdrill ask the C library for TCP_INFO of what it
 * takes for a socket of its own. Preloaded, the library answers for the stack's. */

static int (*next_getsockopt)(int, int, int, void *, socklen_t *);

__attribute__((constructor)) static void preloaded(void)
{
	unsetenv("LD_PRELOAD"); /* not for the children */
	next_getsockopt = dlsym(RTLD_NEXT, "getsockopt");
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	if (connspecOwns(fd))
		return told(connspecGetsockopt(fd, level, name, value, len));
	return next_getsockopt(fd, level, name, value, len);
}
