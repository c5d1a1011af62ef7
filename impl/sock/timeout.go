package sock

import (
	"time"

	"github.com/connspec/connspec/spec"
)

// Time limits of calls that block: SO_SNDTIMEO and SO_RCVTIMEO, the timeouts of
// poll and its like, a close that lingers.

func milliseconds(n int32) time.Duration { return time.Duration(n) * time.Millisecond }

// patienceOf is how long a call on a socket waits: 0 for ever, negative not at
// all. Linux bounds connect and accept too (inet_wait_for_connect,
// inet_csk_accept).
func (l *Layer) patienceOf(op spec.Op, s *Socket) time.Duration {
	ms := int32(0)
	switch op {
	case spec.OpSend, spec.OpSendto:
		ms = s.sndTimeo
	case spec.OpRecv, spec.OpRecvfrom:
		ms = s.rcvTimeo
	case spec.OpConnect:
		if l.p.ConnectTimes {
			ms = s.sndTimeo
		}
	case spec.OpAccept:
		if l.p.AcceptTimes {
			ms = s.rcvTimeo
		}
	}
	return milliseconds(ms)
}

// limit has a wait end at the latest after d; 0 is no limit.
func (l *Layer) limit(w *wait, d time.Duration) {
	if d > 0 {
		w.limited, w.until = true, l.now+d
		l.patience.Set(int(w.self), w.until)
	}
}

// expireWaits ends the calls whose time is up.
func (l *Layer) expireWaits() {
	for {
		i, ok := l.patience.Expired(l.now)
		if !ok {
			return
		}
		w := l.waits.at(int32(i))
		l.finish(w.self, l.expired(w))
	}
}

// expired is the result of a call whose time is up. An attempt goes on
// (__inet_stream_connect).
func (l *Layer) expired(w *wait) spec.Result {
	switch {
	case waitsForMany(w.op):
		return l.many(w)
	case w.fast != fastNone:
		return expiredFast(w)
	case w.conn != 0:
		return unlinger(w, l.p.LingerOver)
	case l.socks.at(w.sock).unix != 0: // nothing is under way (sock_intr_errno, unix_wait_for_peer)
		return sendResult(w.sent, spec.EAGAIN)
	case w.op == spec.OpConnect && w.joined:
		return spec.Fail(spec.EALREADY)
	case w.op == spec.OpConnect:
		return spec.Fail(spec.EINPROGRESS)
	}
	return sendResult(w.sent, spec.EAGAIN)
}
