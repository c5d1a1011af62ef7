package model

import "github.com/connspec/connspec/spec"

// Fault is a rule set with something wrong, for tests of what notices.
type Fault struct {
	Property string // that notices
	Rules    []string
	wrong    func(m *move, s *Socket, right func(*move)) // in place of what follows; nil: the rules never apply
}

// Plant makes the rules wrong until undo is called. Nobody else may use the
// rules meanwhile.
func (f *Fault) Plant() (undo func(), ok bool) {
	var back []func()
	undo = func() {
		for _, b := range back {
			b()
		}
	}
	for _, name := range f.Rules {
		r, found := RuleByName(name)
		if !found {
			undo()
			return func() {}, false
		}
		id, right, when := r.ID, r.then, rules.index.when[r.ID]
		back = append(back, func() { rules.rules[id].then, rules.index.then[id], rules.index.when[id] = right, right, when })
		if f.wrong == nil {
			rules.index.when[id] = func(*move) bool { return false }
			continue
		}
		rules.rules[id].then = func(m *move) {
			s := &Socket{}
			if m.s != nil {
				s = &m.w.Sockets[m.slot]
			}
			f.wrong(m, s, right)
		}
		rules.index.then[id] = rules.rules[id].then
	}
	return undo, true
}

// never: the rules never apply.
func never(property string, rules ...string) Fault { return Fault{Property: property, Rules: rules} }

// besides: the rule does something more to its socket.
func besides(property, rule string, more func(m *move, s *Socket)) Fault {
	return Fault{property, []string{rule}, func(m *move, s *Socket, right func(*move)) { right(m); more(m, s) }}
}

// instead: the rule does something else.
func instead(property, rule string, other func(m *move, s *Socket)) Fault {
	return Fault{property, []string{rule}, func(m *move, s *Socket, _ func(*move)) { other(m, s) }}
}

func result(e spec.Errno) func(m *move, s *Socket) {
	return func(m *move, _ *Socket) {
		if e == spec.ENONE {
			m.ret(0)
		} else {
			m.fail(e)
		}
	}
}

func nothingAtAll(*move, *Socket) {}

// strayFrame sends a SYN, whatever stands in its way.
func strayFrame(m *move, _ *Socket) {
	m.w.Outs[m.w.OutLen] = Frame{Proto: ProtoTCP, Bits: SYN, Src: AddrOwn, SPort: 1, Dst: AddrRemote1, DPort: 1}
	m.w.OutLen++
}

// touch changes every other socket in use.
func touch(m *move, not uint8) {
	for i := range m.w.Sockets {
		if o := &m.w.Sockets[i]; o.Kind != KindNone && uint8(i) != not {
			o.set(Nodelay)
		}
	}
}

// Faults has one for every property of package check.
var Faults = []Fault{
	besides("listener-is-not-connected", "listen/ok", func(_ *move, s *Socket) { s.Layer = Connected }),
	besides("free-slot-is-empty", "close/ok", func(_ *move, s *Socket) { s.RPort = 1 }),
	never("one-tuple-one-connection", "bind/EADDRINUSE", "connect/linux/EADDRNOTAVAIL"),
	never("one-name-one-listener", "bind/EADDRINUSE", "listen/EADDRINUSE"),
	besides("attempt-has-names", "connect/EINPROGRESS", func(_ *move, s *Socket) { s.clear(HasPort) }),
	besides("held-port-is-named", "bind/ok", func(_ *move, s *Socket) { s.LPort = PortZero }),
	besides("listener-holds-a-port", "listen/ok", func(_ *move, s *Socket) { s.clear(HasPort) }),
	besides("address-lock-has-address", "bind/ok", func(_ *move, s *Socket) { s.Local = AddrAny }),
	besides("datagram-has-no-handshake", "connect/dgram", func(_ *move, s *Socket) { s.Layer = Connecting }),
	besides("attempt-has-no-error", "connect/EINPROGRESS", func(_ *move, s *Socket) { s.Err = spec.ECONNREFUSED }),
	besides("waiter-holds-its-socket", "recv/wait", func(m *move, _ *Socket) { m.t.Socket = SocketsMax }),
	never("connect-waits-for-an-attempt", "connect/wait/established"),
	never("accept-waits-for-nobody", "wake/goes-on"),
	never("recv-waits-for-nothing", "wake/goes-on"),
	besides("descriptor-refers", "dup/ok", func(m *move, _ *Socket) { m.w.FDs[1] = SocketsMax }),
	besides("left-behind-is-marked", "close/ok", func(_ *move, s *Socket) { s.clear(Orphan) }),
	besides("child-has-its-listener", "request/ack", func(m *move, _ *Socket) { m.s.Parent = SocketsMax }),
	besides("acknowledged-was-sent", "syn-sent/syn-ack", func(_ *move, s *Socket) { s.SndUna = s.SndNxt + 1 }),
	besides("end-was-sent", "close/ok", func(_ *move, s *Socket) { s.clear(FINSent) }),
	besides("end-was-received", "synced/take", func(_ *move, s *Socket) { s.clear(GotFIN) }),
	besides("retries-are-bounded", "timer/syn", func(_ *move, s *Socket) { s.Retries += 5 }),

	instead("zero-means-connected", "connect/EINPROGRESS", result(spec.ENONE)),
	instead("zero-once", "connect/linux/EISCONN", result(spec.ENONE)),
	instead("EISCONN-means-connected", "connect/EINPROGRESS", result(spec.EISCONN)),
	instead("EALREADY-means-connecting", "connect/EINPROGRESS", result(spec.EALREADY)),
	instead("EINPROGRESS-starts", "connect/EINPROGRESS", result(spec.EINPROGRESS)),
	instead("EINPROGRESS-not-blocking", "connect/wait", func(m *move, _ *Socket) { m.fail(spec.EINPROGRESS); startAttempt(m) }),
	instead("listener-stays", "connect/linux/EISCONN-listening", func(m *move, _ *Socket) { m.disconnect(m.slot); m.fail(spec.EISCONN) }),
	instead("unspec-dissolves", "connect/linux/dissolve-connection", result(spec.ENONE)),
	besides("unspec-keeps-what-bind-named", "connect/linux/dissolve-attempt", func(_ *move, s *Socket) { s.Local = AddrAny }),
	besides("unspec-frees-what-the-host-chose", "connect/linux/dissolve-attempt", func(_ *move, s *Socket) { s.Local = AddrOwn }),
	besides("failed-reconnect-keeps-peer", "connect/linux/ENETUNREACH", func(_ *move, s *Socket) { s.Remote, s.RPort = AddrAny, PortZero }),
	instead("failed-reconnect-drops-peer", "connect/macos/ENETUNREACH", result(spec.ENETUNREACH)),
	besides("peer-is-what-was-asked", "connect/dgram", func(_ *move, s *Socket) { s.RPort = 2 }),
	instead("refused-says-so", "connect/wait/refused", result(spec.ECONNRESET)),
	besides("names-are-kept-by-connect", "connect/EINPROGRESS", func(_ *move, s *Socket) { s.LPort = 2 }),

	besides("failure-changes-nothing", "bind/EINVAL-bound", func(_ *move, s *Socket) { s.set(Nodelay) }),
	besides("looking-changes-nothing", "getsockname/ok", func(_ *move, s *Socket) { s.set(Nodelay) }),
	instead("so-error-clears", "getsockopt/SO_ERROR", func(m *move, s *Socket) { m.result(Return{Value: int32(s.Err)}) }),
	instead("so-error-tells", "getsockopt/SO_ERROR", func(m *move, s *Socket) { s.Err = spec.ENONE; m.ret(0) }),
	instead("non-blocking-does-not-wait", "recv/EAGAIN", func(m *move, _ *Socket) { m.block() }),
	besides("dup-shares", "dup/ok", func(_ *move, s *Socket) { s.set(Nodelay) }),
	besides("close-of-one-keeps-the-other", "close/ok", func(_ *move, s *Socket) { s.set(Nodelay) }),
	instead("close-succeeds", "close/ok", result(spec.ENONE)),
	instead("lowest-descriptor", "dup/ok", func(m *move, _ *Socket) { m.w.FDs[7] = m.file; m.ret(10) }),
	besides("new-socket-is-fresh", "socket/ok", func(m *move, _ *Socket) { m.w.Sockets[0].Err = spec.EPIPE }),
	besides("others-are-left-alone", "connect/EINPROGRESS", func(m *move, _ *Socket) { touch(m, m.slot) }),
	besides("bind-names", "bind/ok", func(_ *move, s *Socket) { s.LPort = 2 }),
	never("bind-once", "bind/EINVAL-bound"),
	besides("accepted-is-connected", "accept/ok", func(m *move, s *Socket) { s.TCP = Closed }),
	besides("shutdown-opens-nothing", "shutdown/ENOTCONN", func(_ *move, s *Socket) { s.TCP = Established }),

	besides("no-reset-for-a-reset", "syn-sent/rst-no-ack", func(m *move, _ *Socket) { m.refuse(&m.f) }),
	besides("for-nobody-changes-nothing", "closed/segment", func(m *move, _ *Socket) { touch(m, SocketsMax) }),
	instead("established-by-handshake", "syn-sent/other", func(m *move, s *Socket) { m.established(s) }),
	besides("wrong-ack-changes-nothing", "syn-sent/bad-ack", func(m *move, _ *Socket) { m.done(m.slot, spec.ECONNREFUSED) }),
	instead("blind-reset-fails", "synced/rst-challenge", func(m *move, _ *Socket) { m.done(m.slot, spec.ECONNRESET) }),
	instead("reset-ends-a-connection", "synced/rst", nothingAtAll),
	instead("end-of-peer-is-taken", "synced/take", func(m *move, s *Socket) { m.ack(s) }),
	besides("listener-survives-frames", "listen/syn", func(_ *move, s *Socket) { s.TCP = Closed }),
	instead("SYN-is-answered", "listen/syn", nothingAtAll),
	instead("soft-error-does-not-end", "icmp/connection", func(m *move, _ *Socket) { m.done(m.slot, spec.EHOSTUNREACH) }),
	instead("old-message-is-ignored", "icmp/outside", func(_ *move, s *Socket) { s.Soft = spec.EHOSTUNREACH }),
	besides("datagram-comes-from-the-peer", "datagram/nobody", func(m *move, _ *Socket) {
		if s := &m.w.Sockets[0]; s.Kind == KindDgram && s.Queued == 0 {
			s.Queued, s.Queue[0] = 1, Datagram{Len: 1, Addr: m.f.Src, Port: m.f.SPort}
		}
	}),

	besides("time-connects-nothing", "timer/syn", func(m *move, s *Socket) { m.established(s) }),
	instead("retransmits-the-SYN", "timer/syn", func(m *move, s *Socket) { s.Retries++; m.segment(s, SYN, 0) }),
	never("attempt-ends", "timer/attempt-over"),
	never("connect-returns", "connect/wait/timed-out", "connect/wait/failed", "connect/wait/unreachable", "connect/wait/refused"),
	never("handshake-ends", "timer/request-over"),
	never("TIME-WAIT-ends", "timer/time-wait-over"),
	never("acknowledgement-is-sent", "timer/delayed-ack"),
	never("waiter-can-be-woken", "wake/goes-on"),

	besides("EINTR-leaves-the-attempt", "signal/linux/EINTR", func(_ *move, s *Socket) { s.TCP = Closed }),
	instead("ignored-signal-ends-nothing", "signal/ignored", func(m *move, _ *Socket) {
		if m.t.Wait == Blocked {
			m.fail(spec.EINTR)
		}
	}),
	besides("limit-needs-time", "timer/syn", func(m *move, _ *Socket) {
		for i := range m.w.Threads {
			if t := &m.w.Threads[i]; t.Wait == Blocked {
				t.Wait, t.Ret = Returning, Return{Ret: -1, Errno: spec.EAGAIN}
			}
		}
	}),
	besides("peers-are-two", "socketpair/ok", func(m *move, _ *Socket) { m.w.Sockets[0].Peer = 1 }),
	besides("link-down-stops-frames", "connect/linux/ENETUNREACH", strayFrame),
	besides("filter-drops-SYN", "connect/linux/filtered", strayFrame),
	never("can-be-interrupted", "signal/linux/EINTR", "signal/linux/EINTR-timed"),
	never("can-connect", "syn-sent/syn-ack", "syn-sent/syn"),
	never("can-be-refused", "syn-sent/rst"),
	never("can-time-out", "timer/attempt-over"),
	never("can-be-under-way", "connect/EINPROGRESS"),
	never("can-be-under-way-already", "connect/linux/EALREADY"),
	never("can-be-connected-already", "connect/linux/EISCONN", "connect/linux/EISCONN-listening", "connect/linux/EISCONN-dead"),
	never("can-be-aborted", "connect/linux/ECONNABORTED"),
	never("can-be-cut", "wake/cut"),
	never("can-open-at-once", "syn-sent/syn"),
	never("can-wait-to-be-accepted", "request/ack", "request/ack-and-delay"),
	never("can-be-reset", "synced/rst", "crossed/rst", "connect/linux/dissolve-attempt", "connect/linux/dissolve-connection", "shutdown/attempt"),
	never("can-outlive-its-descriptor", "syn-sent/syn-ack", "syn-sent/syn", "listen/syn"),
	never("can-wait-in-TIME-WAIT", "synced/take", "synced/take-and-ack", "synced/take-and-delay"),
	never("can-both-wait", "connect/wait"),
	never("can-connect-within", "listen/ok"),
	never("can-have-a-peer", "connect/dgram"),
	never("can-lose-its-peer", "connect/linux/dissolve-dgram", "close/ok"),
}
