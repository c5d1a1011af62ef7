package sock

import (
	"time"

	"github.com/connspec/connspec/spec"
)

// Call makes a system call for a thread. done is false if it blocks: then the
// thread's result comes out of Completion, and c.Buf and c.Poll must stay as
// they are until it does. A thread that is blocked cannot call.
func (l *Layer) Call(now time.Duration, thread int, c *spec.Call) (r spec.Result, done bool) {
	l.now = now
	if r, done = l.begin(thread, c); !done {
		l.waits.at(l.threads[thread]).call = *c
	}
	return r, done
}

// begin makes a call as far as it gets.
func (l *Layer) begin(thread int, c *spec.Call) (r spec.Result, done bool) {
	if r, done, mine := l.callUnix(thread, c); mine {
		return r, done
	}
	switch c.Op {
	case spec.OpConnect:
		return l.connect(thread, c)
	case spec.OpAccept:
		return l.accept(thread, c)
	case spec.OpSend, spec.OpSendto:
		return l.send(thread, c)
	case spec.OpRecv, spec.OpRecvfrom:
		return l.recv(thread, c)
	case spec.OpPoll:
		return l.poll(thread, c)
	case spec.OpSelect:
		return l.selects(thread, c)
	case spec.OpEpollWait:
		return l.epollWait(thread, c)
	case spec.OpConnectx:
		return l.connectx(thread, c)
	case spec.OpClose:
		return l.linger(thread, c.Op, l.close(c))
	case spec.OpDup2:
		return l.linger(thread, c.Op, l.dup2(c))
	}
	return l.callAtOnce(c), true
}

// callAtOnce makes a call of a kind that never blocks.
func (l *Layer) callAtOnce(c *spec.Call) spec.Result {
	switch c.Op {
	case spec.OpSocket:
		return l.socket(c)
	case spec.OpSocketpair:
		return l.socketpair(c)
	case spec.OpBind:
		return l.bind(c)
	case spec.OpListen:
		return l.listen(c)
	case spec.OpGetsockname:
		return l.getsockname(c)
	case spec.OpGetpeername:
		return l.getpeername(c)
	case spec.OpGetsockopt:
		return l.getsockopt(c)
	case spec.OpSetsockopt:
		return l.setsockopt(c)
	case spec.OpFcntl:
		return l.fcntl(c)
	case spec.OpShutdown:
		return l.shutdown(c)
	case spec.OpDup:
		return l.dup(c)
	case spec.OpOpen:
		return l.openFile(c)
	case spec.OpDisconnectx:
		return l.disconnectx(c)
	case spec.OpEventfd:
		return l.eventfd()
	case spec.OpPipe:
		return l.pipe()
	case spec.OpEpollCreate:
		return l.epollCreate()
	case spec.OpEpollCtl:
		return l.epollCtl(c)
	case spec.OpSigaction:
		return l.sigaction(c)
	}
	return spec.Fail(spec.ENOSYS)
}
