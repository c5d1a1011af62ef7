package sock

import (
	"time"

	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/spec"
)

// SO_LINGER: what the last close of a connection waits for.

// givesUp says whether the last close of a connection aborts it: l_linger is 0. In
// TIME-WAIT there is nothing left to abort.
func (s *Socket) givesUp(st tcp.State) bool {
	return s.lingers && s.linger == 0 && st != tcp.StateTimeWait
}

// parting: a FIN is out, or is to go, and is not acknowledged (sk_stream_closing).
func parting(st tcp.State) bool {
	return st == tcp.StateFinWait1 || st == tcp.StateClosing || st == tcp.StateLastAck
}

// settleLater notes that the close which is under way is to wait for connection n
// (__tcp_close; soclose).
func (l *Layer) settleLater(s *Socket, n int32, c *connection) {
	if !s.lingers || s.linger == 0 || !parting(c.tcp.State()) || !l.p.LingersAlways && l.files.at(s.file).nonblock {
		return
	}
	l.lingering, l.lingerFor = n, time.Duration(s.linger)*time.Second
}

// linger ends a close, or a dup2 that closes, with r: at once, or when the
// connection it waits for is over.
func (l *Layer) linger(thread int, op spec.Op, r spec.Result) (spec.Result, bool) {
	n := l.lingering
	if n == 0 || r.Failed() {
		return r, true
	}
	l.lingering = 0
	w := l.block(thread, op, 0)
	w.fd = r.Ret
	l.conns.at(n).lingerer = w.self
	w.conn = n
	l.limit(w, l.lingerFor)
	return spec.Result{}, false
}

// lingered ends the close that waits for a connection, if it need wait no more.
func (l *Layer) lingered(c *connection) {
	if c.lingerer != 0 && !parting(c.tcp.State()) {
		l.finish(c.lingerer, spec.Result{Ret: l.waits.at(c.lingerer).fd})
	}
}

// unlinger is the result of a close that stops waiting, with e or without error;
// TCP goes on.
func unlinger(w *wait, e spec.Errno) spec.Result {
	if e != spec.ENONE {
		return spec.Fail(e)
	}
	return spec.Result{Ret: w.fd}
}
