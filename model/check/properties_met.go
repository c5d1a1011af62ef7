package check

import (
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// someStream makes a property of worlds in which a stream socket is such.
func someStream(such func(w *model.World, s *model.Socket) bool) func(spec.Dialect, *model.World) bool {
	return func(_ spec.Dialect, w *model.World) bool {
		for i := range w.Sockets {
			if s := &w.Sockets[i]; s.Kind == model.KindStream && such(w, s) {
				return true
			}
		}
		return false
	}
}

// connectReturns makes a property of transitions in which a call of op, or one that waited in it, returns e.
func connectReturns(e spec.Errno) func(*Step) bool {
	return func(s *Step) bool {
		for i := range s.Seen.Rets {
			r := &s.Seen.Ret[i]
			waited := s.Before.Threads[r.Thread].Wait == model.Blocked && s.Before.Threads[r.Thread].Op == spec.OpConnect
			calls := s.Label.Kind == model.LabelCall && s.Label.Call.Op == spec.OpConnect && r.Thread == s.Stimulus.Thread && proper(&s.Label.Call.To)
			if (waited || calls) && r.Ret.Errno == e && (e != 0 || r.Ret.Ret == 0) {
				return true
			}
		}
		return false
	}
}

// shouldBeMet: what a model of connect has to be able to show. Of scopes without
// streams most say nothing, see [Property.Of].
var shouldBeMet = []Property{
	{Name: "can-connect", Kind: Reachable, For: ofAll, Of: "stream", Source: "posix/return-value/success", Says: "connect can return 0.", Step: connectReturns(0)},
	{Name: "can-be-refused", Kind: Reachable, For: ofAll, Of: "stream", Source: "posix/errors/ECONNREFUSED-refused", Says: "connect can return ECONNREFUSED.", Step: connectReturns(spec.ECONNREFUSED)},
	{Name: "can-time-out", Kind: Reachable, For: ofAll, Of: "stream", Source: "posix/errors/ETIMEDOUT", Says: "connect can return ETIMEDOUT.", Step: connectReturns(spec.ETIMEDOUT)},
	{Name: "can-be-under-way", Kind: Reachable, For: ofAll, Of: "stream", Source: "posix/errors/EINPROGRESS", Says: "connect can return EINPROGRESS.", Step: connectReturns(spec.EINPROGRESS)},
	{Name: "can-be-under-way-already", Kind: Reachable, For: ofAll, Of: "stream", Source: "posix/errors/EALREADY", Says: "connect can return EALREADY.", Step: connectReturns(spec.EALREADY)},
	{Name: "can-be-connected-already", Kind: Reachable, For: ofAll, Of: "stream", Source: "posix/errors/EISCONN", Says: "connect can return EISCONN.", Step: connectReturns(spec.EISCONN)},
	{Name: "can-be-aborted", Kind: Reachable, For: ofLinux, Of: "stream", Source: "Linux 6.18, __inet_stream_connect (sock_error ? : -ECONNABORTED)",
		Says: "connect can return ECONNABORTED, after SO_ERROR was taken.", Step: connectReturns(spec.ECONNABORTED)},
	{Name: "can-be-cut", Needs: Size{Threads: 2}, Kind: Reachable, For: ofLinux, Of: "stream", Source: "Linux 6.18, inet_wait_for_connect (sk_disconnects)",
		Says: "A connect that waits can return EPIPE, when another thread dissolves it.",
		Step: func(s *Step) bool {
			for _, r := range s.Seen.Ret[:s.Seen.Rets] {
				cut := s.Label.Kind == model.LabelCall && r.Thread != s.Stimulus.Thread && s.Before.Threads[r.Thread].Op == spec.OpConnect
				if cut && s.Label.Call.Op == spec.OpConnect && r.Ret.Errno == spec.EPIPE {
					return true
				}
			}
			return false
		}},
	{Name: "can-open-at-once", Kind: Reachable, For: ofAll, Of: "stream", Source: "RFC 9293, 3.5 (simultaneous open)", Says: "A simultaneous open can happen.",
		World: someStream(func(_ *model.World, s *model.Socket) bool {
			return s.TCP == model.SynReceived && !has(s, model.Request)
		})},
	{Name: "can-wait-to-be-accepted", Needs: Size{Sockets: 2}, Kind: Reachable, For: ofAll, Of: "stream", Source: "POSIX.1-2008, listen()", Says: "A connection can wait to be accepted.",
		World: someStream(func(_ *model.World, s *model.Socket) bool { return has(s, model.Child) && !has(s, model.Request) })},
	{Name: "can-be-reset", Kind: Reachable, For: ofAll, Of: "stream", Source: "RFC 9293, 3.5.2", Says: "A connection can be reset.",
		World: someStream(func(_ *model.World, s *model.Socket) bool { return s.Err == spec.ECONNRESET })},
	{Name: "can-outlive-its-descriptor", Kind: Reachable, For: ofAll, Of: "stream", Source: "RFC 9293, 3.10.4", Says: "A connection can go on without a descriptor.",
		World: someStream(func(_ *model.World, s *model.Socket) bool { return has(s, model.Orphan) })},
	{Name: "can-wait-in-TIME-WAIT", Kind: Reachable, For: ofAll, Of: "stream", Source: "RFC 9293, 3.6.1", Says: "A connection can be in TIME-WAIT.",
		World: someStream(func(_ *model.World, s *model.Socket) bool { return s.TCP == model.TimeWait })},
	{Name: "can-both-wait", Needs: Size{Threads: 2}, Kind: Reachable, For: ofLinux, Of: "stream", Source: "posix/description/blocking", Says: "Two threads can wait in connect on one socket.",
		World: func(_ spec.Dialect, w *model.World) bool {
			return w.Threads[0].Wait == model.Blocked && w.Threads[1].Wait == model.Blocked && w.Threads[0].Socket == w.Threads[1].Socket
		}},
	{Name: "can-connect-within", Needs: Size{Sockets: 2}, Kind: Reachable, For: ofAll, Of: "within", Source: "posix/description/stream-attempt", Says: "Two sockets of the host can be connected to each other.",
		World: someStream(func(_ *model.World, s *model.Socket) bool {
			return s.TCP == model.Established && s.Remote.Local() && s.Layer == model.Connected
		})},
	{Name: "can-have-a-peer", Kind: Reachable, For: ofAll, Of: "dgram", Source: "posix/description/dgram-destination", Says: "A datagram socket can have a peer.",
		World: func(_ spec.Dialect, w *model.World) bool { return w.Sockets[0].State() == model.StateAssociated }},
	{Name: "can-lose-its-peer", Kind: Reachable, For: ofLinux, Of: "dgram", Source: "linux/description/dissolve-dgram", Says: "A datagram socket can lose its peer.",
		Step: func(s *Step) bool {
			return s.Label.Kind == model.LabelCall && s.was().State() == model.StateAssociated && s.is().State() != model.StateAssociated && s.is().Kind == model.KindDgram
		}},
}
