package sock

import (
	"slices"
	"time"

	"github.com/connspec/connspec/spec"
)

// wait is a call that blocks. It holds its files, so that close(2) by another
// thread does not pull the socket away from it.
type wait struct {
	thread int
	self   int32     // its own index
	call   spec.Call // as the thread made it
	op     spec.Op
	sock   int32
	file   int32
	next   int32 // in the list of the socket, or of the pollers
	prev   int32

	buf   []byte // send: what is left; recv: where to
	sent  int32  // send: bytes that went before
	flags spec.MsgFlags
	out   nameOut // accept, recvfrom: where the peer's name goes

	disconnects uint32 // the socket's count when the wait began

	far       int32       // AF_UNIX: the socket at which it waits for room, or 0
	roused    bool        // AF_UNIX: there may be some
	addressed bool        // AF_UNIX: to counts
	to        unixAddress // AF_UNIX: connect, sendto: whom to

	poll    []spec.PollFD
	files   []int32 // poll: file of each entry, 0 if none; nil otherwise
	until   time.Duration
	limited bool  // until counts
	joined  bool  // connect: another began the attempt
	begun   bool  // send, recv: it sent the SYN, and waits for the handshake first
	conn    int32 // close, dup2: the connection whose end it waits for
	fd      int32 // likewise: what it will return
	fast    fastWait
	copied  int32 // send: bytes that the SYN took
}

func (w *wait) copyTo(src *wait) {
	*w = *src
	w.buf, w.poll, w.files = slices.Clone(src.buf), slices.Clone(src.poll), slices.Clone(src.files)
}

// waitList is a list of waits, the longest waiting first.
type waitList struct{ first, last int32 }

func (l *Layer) listOf(w *wait) *waitList {
	switch {
	case w.op == spec.OpClose, w.op == spec.OpDup2:
		return &l.closers
	case waitsForMany(w.op):
		return &l.pollers
	}
	return &l.socks.at(w.sock).waiting
}

// block makes thread wait on file n for op to become possible. The caller fills
// in the rest of the wait, and Call the call.
func (l *Layer) block(thread int, op spec.Op, n int32) *wait {
	i, w := l.waits.take()
	files := w.files[:0]
	*w = wait{thread: thread, self: i, op: op, file: n, files: files}
	if w.op == spec.OpSendto {
		w.op = spec.OpSend
	}
	if n != 0 {
		w.sock = l.files.at(n).sock
		w.disconnects = l.socks.at(w.sock).disconnects
		l.hold(n)
	}
	if _, busy := l.threads[thread]; busy {
		panic("BUG: a blocked thread made a call")
	}
	l.threads[thread] = i
	list := l.listOf(w)
	if w.prev = list.last; w.prev != 0 {
		l.waits.at(w.prev).next = i
	} else {
		list.first = i
	}
	list.last = i
	return w
}

// finish ends wait i with r.
func (l *Layer) finish(i int32, r spec.Result) {
	l.completed = append(l.completed, completion{l.waits.at(i).thread, r})
	l.unblock(i)
}

// unblock takes wait i away.
func (l *Layer) unblock(i int32) {
	w := l.waits.at(i)
	list := l.listOf(w)
	if w.prev != 0 {
		l.waits.at(w.prev).next = w.next
	} else {
		list.first = w.next
	}
	if w.next != 0 {
		l.waits.at(w.next).prev = w.prev
	} else {
		list.last = w.prev
	}
	l.leaveRoom(w)
	l.endFast(w)
	delete(l.threads, w.thread)
	l.patience.Clear(int(i))
	if w.conn != 0 {
		l.conns.at(w.conn).lingerer = 0
	}
	if w.op == spec.OpSend {
		l.awaitWrite(l.socks.at(w.sock), false)
	}
	held := w.file
	w.buf, w.poll, w.call = nil, nil, spec.Call{}
	for _, f := range w.files {
		if f != 0 {
			l.drop(f)
		}
	}
	l.waits.give(i)
	if held != 0 {
		l.drop(held)
	}
}

// wake is a wake-up of all who wait for socket i (sk_state_change).
func (l *Layer) wake(i int32) { l.wakeFor(i, 0) }

// wakeFor is one that names the events it is for, 0 for none (sk_data_ready,
// sk_write_space, sk_error_report).
func (l *Layer) wakeFor(i int32, events spec.PollEvents) {
	l.retry(i)
	l.poke(l.socks.at(i).file, events)
}

// retry has the calls that wait for socket i tried again before the current
// verb ends.
func (l *Layer) retry(i int32) {
	if s := l.socks.at(i); !s.woken {
		s.woken = true
		l.woken.push(i)
	}
}

// Settle tries the calls again whose sockets changed, and says whether any did.
func (l *Layer) Settle(now time.Duration) bool {
	if l.woken.empty() && !l.pollsDue {
		return false
	}
	l.now = now
	for {
		i, ok := l.woken.pop()
		if !ok {
			break
		}
		s := l.socks.at(i)
		s.woken = false
		for n := s.waiting.first; n != 0; {
			w := l.waits.at(n)
			next := w.next
			if r, done := l.resume(w); done {
				l.finish(n, r)
			}
			n = next
		}
	}
	l.pollsDue = false
	l.retryPolls()
	return true
}

// resume tries a blocked call again. One whose connection was dissolved under
// it ends with EPIPE (sk_wait_event).
func (l *Layer) resume(w *wait) (spec.Result, bool) {
	if l.socks.at(w.sock).unix != 0 {
		return l.resumeUnix(w)
	}
	if w.op != spec.OpAccept && w.disconnects != l.socks.at(w.sock).disconnects {
		e := spec.EPIPE
		if s := l.socks.at(w.sock); w.op == spec.OpSend && s.err != spec.ENONE {
			e = s.takeError() // sk_stream_error
		}
		return sendResult(w.sent, e), true
	}
	if w.begun {
		r, done, still := l.handshake(l.socks.at(w.sock))
		if still {
			return r, done
		}
		w.begun = false
	}
	switch w.op {
	case spec.OpConnect:
		return l.resumeConnect(w)
	case spec.OpAccept:
		return l.tryAccept(w.sock, w.out, false)
	case spec.OpSend:
		return l.resumeSend(w)
	case spec.OpRecv, spec.OpRecvfrom:
		return l.tryRecv(w.sock, w.out, w.buf, w.flags, false)
	}
	panic("BUG: wait for " + w.op.String())
}

// Blocked says whether a thread is in a call.
func (l *Layer) Blocked(thread int) bool {
	_, ok := l.threads[thread]
	return ok
}

// Completion is the next blocked call that ended. Its Result.Poll is the
// caller's own array.
func (l *Layer) Completion() (thread int, r spec.Result, ok bool) {
	if len(l.completed) == 0 {
		return 0, r, false
	}
	c := l.completed[0]
	l.completed = slices.Delete(l.completed, 0, 1)
	return c.thread, c.result, true
}

// Take is the completion of one thread, if its call ended.
func (l *Layer) Take(thread int) (r spec.Result, ok bool) {
	for i := range l.completed {
		if l.completed[i].thread == thread {
			r = l.completed[i].result
			l.completed = slices.Delete(l.completed, i, i+1)
			return r, true
		}
	}
	return r, false
}
