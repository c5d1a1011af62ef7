package model

import "github.com/connspec/connspec/spec"

// What connect does when nothing is wrong, in every dialect, and what goes
// before every call.

// anyState: after a document left the state of a socket open, so it stays.
var anyState = func() []Rule {
	var table []Rule
	for op := spec.OpBind; op < spec.OpOpen; op++ {
		if op == spec.OpDup || op == spec.OpDup2 || op == spec.OpClose || op == spec.OpPoll {
			continue
		}
		table = append(table, Rule{
			Name: "any-state/" + op.String(), Class: Succeed, on: on(op), For: forPOSIX | forTargetTCP,
			Open: cites("posix/application-usage/failed-state"), Unsaid: forTargetTCP,
			Title: op.String() + " on a socket that a failed connect left in an unspecified state may do anything.",
			needs: loose, when: has(AnyState), then: whatever, unix: true,
		})
	}
	for _, op := range []spec.Op{spec.OpAccept, spec.OpRecv, spec.OpRecvfrom, spec.OpConnect, spec.OpSend, spec.OpSendto} {
		table = append(table, Rule{
			Name: "any-state/" + op.String() + "-beside", Class: Succeed, on: on(op), For: forPOSIX | forTargetTCP,
			Open: cites("posix/application-usage/failed-state"), Unsaid: forTargetTCP,
			Title: "What " + op.String() + " meets when a socket in an unspecified state may be at the other end is not said.",
			needs: vague, when: beside, then: openBeside,
		})
	}
	for _, on := range []trigger{onNoSocket, onDatagram, onICMP} {
		table = append(table, Rule{
			Name:  "any-state/" + map[trigger]string{onNoSocket: "segment", onDatagram: "datagram", onICMP: "icmp"}[on],
			Class: Deliver, on: on, For: forPOSIX | forTargetTCP,
			Open: cites("posix/application-usage/failed-state"), Unsaid: forTargetTCP,
			Title: "What a frame does that may be for a socket in an unspecified state is not said.",
			needs: vaguely, when: func(m *move) bool { return m.s == nil && m.w.anything(m.f.kind()) }, then: nothing,
		})
	}
	return append(table, Rule{
		Name: "any-state/bind-beside", Class: May, on: on(spec.OpBind), For: forPOSIX | forTargetTCP,
		Open: cites("posix/application-usage/failed-state"), Unsaid: forTargetTCP,
		Title: "A socket in an unspecified state may have the name that another one asks for.",
		needs: vague, when: func(m *move) bool { return isSocket(m) && m.w.anything(m.s.Kind) }, then: fails(spec.EADDRINUSE),
	})
}()

// beside: the other end of what the call does may be a socket in an
// unspecified state.
func beside(m *move) bool {
	if m.s == nil || m.s.has(AnyState) || !m.w.anything(m.s.Kind) {
		return false
	}
	switch m.c.Op {
	case spec.OpAccept:
		return m.s.TCP == Listen
	case spec.OpRecv, spec.OpRecvfrom:
		return m.s.Kind == KindDgram || m.s.Remote.Local()
	case spec.OpConnect:
		return idle(m) && m.destination().Local()
	}
	return m.target().Local()
}

// openBeside leaves open, with a listener, the connections in its queue: nobody
// can tell them from one that a socket in an unspecified state has made.
func openBeside(m *move) {
	for i := range m.w.Sockets {
		if c := &m.w.Sockets[i]; c.Parent == m.slot+1 {
			c.set(AnyState)
		}
	}
	openState(m)
}

// whatever lets the call return anything, or wait.
func whatever(m *move) {
	if m.c.Op == spec.OpSetsockopt && m.c.Option == spec.SoLinger { // how its close then waits is not modelled
		m.leave(LeftShutdown)
		return
	}
	*m.t = Thread{Wait: Anything, Op: m.c.Op, Socket: m.slot + 1}
}

// openState leaves result and state open.
func openState(m *move) {
	m.s.set(AnyState)
	whatever(m)
}

// returnAnything takes note of what a call on a socket in any state returned.
func (w *World) returnAnything(t *Thread, r *Return) {
	op, child := t.Op, Socket{Kind: KindStream, Family: spec.AFInet, Flags: AnyState}
	if t.Socket != 0 && w.Sockets[t.Socket-1].unix() {
		child.Kind, child.Family = w.Sockets[t.Socket-1].Kind, spec.AFUnix
		if op == spec.OpBind && r.Errno == spec.ENONE { // there is a file, and a socket at its path
			w.Left = LeftFiles
		}
	}
	*t = Thread{}
	if r.HasAddr && r.Port == PortSeen+Port(w.Seen) {
		w.Seen++
	}
	if r.HasAddr && r.Name == NameSeen+Name(w.NamesSeen) {
		w.NamesSeen++
	}
	if op != spec.OpAccept || r.Ret < FDFirst || r.Ret >= FDFirst+FDsMax {
		return
	}
	for i := range w.Sockets {
		if w.Sockets[i].Kind == KindNone {
			w.Sockets[i] = child
			w.FDs[r.Ret-FDFirst] = File(i + 1)
			return
		}
	}
	w.Left = LeftScope
}

// anything says whether a socket of this kind may do anything.
func (w *World) anything(k Kind) bool {
	if w.flags()&AnyState == 0 {
		return false
	}
	for i := range w.Sockets {
		if s := &w.Sockets[i]; s.Kind == k && s.has(AnyState) {
			return true
		}
	}
	return false
}

// kind is the kind of socket that a frame is of, or an ICMP message about.
func (f *Frame) kind() Kind {
	switch {
	case f.Proto == ProtoTCP, f.Quote.Proto == ProtoTCP:
		return KindStream
	}
	return KindDgram
}

// anyDescriptor: what nearly every call says of a bad descriptor.
var anyDescriptor = func() []Rule {
	var table []Rule
	for op := spec.OpBind; op < spec.OpOpen; op++ {
		switch op {
		case spec.OpConnect, spec.OpPoll:
			continue
		}
		table = append(table, Rule{
			Name: op.String() + "/EBADF", Class: Shall, on: on(op), For: forAll,
			Evidence: "POSIX.1-2008, " + op.String() + "()",
			Title:    op.String() + " on a number that is no descriptor fails.", of: nothingOpen, then: fails(spec.EBADF),
		}, Rule{
			Name: op.String() + "/bad-handle", Class: Shall, on: on(op), For: forTargetTCP,
			Evidence: "the page has one errno for every bad handle, ENOTSOCK; plain descriptors are the host system's",
			Title:    op.String() + " on a number that is no handle may fail as for any bad handle.", of: nothingOpen, then: fails(spec.ENOTSOCK),
		})
		switch op {
		case spec.OpFcntl, spec.OpDup, spec.OpDup2, spec.OpClose:
			continue
		}
		table = append(table, Rule{
			Name: op.String() + "/ENOTSOCK", Class: Shall, on: on(op), For: forAll,
			Evidence: "POSIX.1-2008, " + op.String() + "()",
			Title:    op.String() + " on a descriptor that is no socket fails.", of: nonSockets, then: fails(spec.ENOTSOCK),
		})
	}
	return table
}()

var connectStart = []Rule{
	{Name: "connect/address-unknown", Class: Succeed, on: on(spec.OpConnect), For: forAll,
		Title: "An address outside the plan is not modelled.",
		needs: special, when: anyOf(unplanned, func(m *move) bool { return m.s.has(Bare) && (inet6(m) || m.s.has(Raw) || !m.under(forLinux)) }), then: leaves(LeftAddress)},
	{Name: "connect/self", Class: Unsaid, on: on(spec.OpConnect), For: forPOSIX | forTargetTCP, Unsaid: forPOSIX | forTargetTCP,
		Title: "What becomes of a stream socket that connects to its own name is not said.", needs: selfward, when: toItself, then: openState},
	{Name: "connect/dgram", Class: Succeed, on: on(spec.OpConnect), For: forAll,
		Title: "On a datagram socket connect sets the peer and returns 0 at once.",
		Cites: cites("posix/description/peer-set", "posix/description/connectionless-mode", "posix/description/peer-no-connection",
			"posix/description/autobind", "posix/description/autobind-unused", "posix/return-value/success",
			"linux/description/connect", "linux/description/dgram-destination", "linux/description/repeat", "linux/return-value/success",
			"targettcp/description/remote-address", "targettcp/description/bound-name", "targettcp/description/autobind-address",
			"targettcp/description/autobind-port", "targettcp/description/autobind-half",
			"macos/description/dgram-associate", "macos/return-values/success", "osx/description/dgram-associate", "osx/return-values/success",
			"targettcp/description/udp-no-wait", "targettcp/description/success"),
		of: dgrams, then: associate},
	{Name: "connect/at-once", Class: Block, on: on(spec.OpConnect), For: forPOSIX | forOSX | forTargetTCP, also: true,
		Title:    "A non-blocking connect within the host may be complete when it returns.",
		Cites:    cites("posix/description/einprogress", "osx/errors/EINPROGRESS"),
		Evidence: "the page asks for EINPROGRESS only if the connection cannot be made at once",
		of:       streams, when: all(nonblocking, func(m *move) bool { return m.destination().Local() }), then: startAtOnce},
	{Name: "connect/EINPROGRESS", Class: Succeed, on: on(spec.OpConnect), For: forAll,
		Title: "A non-blocking connect sends SYN and returns EINPROGRESS.",
		Cites: cites("posix/errors/EINPROGRESS", "posix/description/connection-mode", "posix/description/autobind", "posix/description/autobind-unused",
			"linux/errors/EINPROGRESS", "macos/errors/EINPROGRESS", "osx/errors/EINPROGRESS",
			"targettcp/errors/EINPROGRESS", "targettcp/description/tcp-einprogress", "targettcp/description/tcp-request", "targettcp/description/tcp-handshake",
			"targettcp/description/bound-name", "targettcp/description/autobind-address", "targettcp/description/autobind-port", "targettcp/description/autobind-half"),
		of: streams, when: nonblocking, then: func(m *move) { m.fail(spec.EINPROGRESS); startAttempt(m) }},
	{Name: "connect/wait", Class: Block, on: on(spec.OpConnect), For: forAll,
		Title: "A blocking connect sends SYN and waits.",
		Cites: cites("posix/description/blocking", "posix/description/stream-attempt", "posix/description/connection-mode", "linux/description/stream-attempt",
			"macos/description/stream-attempt", "osx/description/stream-attempt", "targettcp/description/tcp-blocking",
			"targettcp/description/tcp-request", "targettcp/description/tcp-handshake"),
		of: streams, then: startWaiting},
}

// startAtOnce is over when it returns, if it can be: a listener may drop SYN.
func startAtOnce(m *move) {
	s, slot := m.s, m.slot
	startWaiting(m)
	m.drain(nil)
	m.s, m.slot = s, slot
	if m.w.Left == Inside && s.TCP.in(SynSent, SynReceived) {
		m.fail(spec.EINPROGRESS)
	}
}

func startWaiting(m *move) {
	m.block()
	startAttempt(m)
}

// startAttempt names both ends of the connection and sends SYN.
func startAttempt(m *move) {
	m.nameEnds()
	m.readyTCP()
	m.s.Life = m.life()
	if m.s.has(FastConnect) {
		m.s.Life = 0
		m.fastSYN(0)
		m.s.set(FastBusy)
		return
	}
	m.segment(m.s, SYN, 0)
}

// nameEnds names both ends of a connection to be.
func (m *move) nameEnds() {
	s, dst := m.s, m.destination()
	m.bindToScope()
	if s.unnamed() || s.has(Bare) {
		s.Local = m.source(dst)
		s.clear(Bare)
	}
	lent := m.narrow() && !s.has(HasPort)
	m.autobind(s)
	s.assign(Lent, lent || s.has(Lent))
	s.Remote, s.RPort = dst, m.c.To.Port
	s.Layer, s.TCP = Connecting, SynSent
	m.sweep(s)
	if inet6(m) && !dst.Six() && m.under(forLinux) {
		s.set(MappedOps)
		s.Flow = dst
	}
}

// readyTCP takes back what an earlier connection left (tcp_connect_init).
func (m *move) readyTCP() {
	s := m.s
	s.Err = spec.ENONE
	if s.Soft != spec.ENONE && !m.under(forLinux) { // where a soft error outlives its connection
		s.Soft = spec.ENONE
	}
	s.SndUna, s.SndNxt, s.RcvNxt, s.RcvWup, s.Retries, s.Segs, s.Rank = 0, 0, 0, 0, 0, 0, 0
	s.clear(HalfOpen | GotFIN | Crossed | Paced | PingPong | AckDue | FINSent | Hurry | Choked | Passive | FastData)
}

// associate sets the peer of a datagram socket.
func associate(m *move) {
	s, dst := m.s, m.destination()
	m.autobind(s)
	m.bindToScope()
	switch {
	case s.unnamed():
		s.Local = m.source(dst)
		m.rank(s)
	case (s.Local.Six() || s.has(Bare)) && !dst.Six() && s.Via == AddrAny && m.under(forLinux):
		s.Via = m.source(dst)
	}
	m.pin(dst)
	s.Remote, s.RPort = dst, m.c.To.Port
	s.Flow, s.FlowPort = AddrAny, PortZero
	s.TCP = Established
	m.ret(0)
}
