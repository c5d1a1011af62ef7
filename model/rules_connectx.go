package model

import "github.com/connspec/connspec/spec"

// connectx and disconnectx of macOS, in the order of their checks (XNU 11417:
// connectx_nocancel, soconnectxlocked, tcp_usr_connectx_common,
// udp_connectx_common; sodisconnectxlocked). No other system has them. What
// connectx writes back, how much data it took, is left out.

const xnuConnectx = "XNU 11417, connectx_nocancel"

// onConnectx and onDisconnectx fill in what all of their rules share.
func onConnectx(rules []Rule) []Rule    { return ofMacOS(spec.OpConnectx, rules) }
func onDisconnectx(rules []Rule) []Rule { return ofMacOS(spec.OpDisconnectx, rules) }

func ofMacOS(op spec.Op, rules []Rule) []Rule {
	for i := range rules {
		r := &rules[i]
		r.Name, r.on, r.For, r.unix = op.String()+r.Name, on(op), forMacOS, true
	}
	return append(rules, Rule{
		Name: op.String() + "/no-such-call", Class: Succeed, on: on(op), For: forAll &^ forMacOS,
		Title: "Only macOS has " + op.String() + ": elsewhere it is not modelled.", then: leaves(LeftCall), unix: true,
	})
}

// fromTooLong and the like are about the source address of connectx.
func from(when func(*Sockaddr) bool) func(*move) bool {
	return func(m *move) bool { return m.c.X.From.Pointer != spec.PointerNull && when(&m.c.X.From) }
}

func ofUnix(m *move) bool { return m.s != nil && m.s.Family == spec.AFUnix }

func hasVector(m *move) bool { return m.c.X.Vector != spec.PointerNull }

var connectxRules = onConnectx([]Rule{
	{Name: "/EBADF", Class: Shall, Evidence: xnuConnectx, Title: "A number that is no descriptor fails first of all.", when: badFD, then: fails(spec.EBADF)},
	{Name: "/ENOTSOCK", Class: Shall, Evidence: xnuConnectx, Title: "A descriptor that is no socket fails.", when: notSocket, then: fails(spec.ENOTSOCK)},
	{Name: "/EINVAL-endpoints", Class: Shall, Evidence: xnuConnectx, Title: "Without endpoints connectx fails.",
		when: func(m *move) bool { return m.c.X.Endpoints == spec.PointerNull }, then: fails(spec.EINVAL)},
	{Name: "/EFAULT-endpoints", Class: Shall, Evidence: xnuConnectx, Title: "Endpoints that cannot be read fail.",
		when: func(m *move) bool { return m.c.X.Endpoints == spec.PointerUnreadable }, then: fails(spec.EFAULT)},
	{Name: "/source/ENAMETOOLONG", Class: Shall, Evidence: "XNU 11417, getsockaddr", Title: "A source address longer than 255 fails.",
		when: from(func(a *Sockaddr) bool { return a.Len < 0 || a.Len > 255 }), then: fails(spec.ENAMETOOLONG)},
	{Name: "/source/EINVAL-no-family", Class: Shall, Evidence: "XNU 11417, getsockaddr_s", Title: "A source address without room for a family fails.",
		when: from(func(a *Sockaddr) bool { return a.Len < 2 }), then: fails(spec.EINVAL)},
	{Name: "/source/EFAULT", Class: Shall, Evidence: "XNU 11417, getsockaddr_s", Title: "A source address that cannot be read fails.",
		when: from(func(a *Sockaddr) bool { return a.Pointer == spec.PointerUnreadable }), then: fails(spec.EFAULT)},
	{Name: "/EINVAL-destination", Class: Shall, Evidence: xnuConnectx, Title: "Without a destination connectx fails.", when: null, then: fails(spec.EINVAL)},
	{Name: "/ENAMETOOLONG", Class: Shall, Evidence: "XNU 11417, getsockaddr", Title: "A destination longer than 255 fails.",
		when: length(func(n int32) bool { return n < 0 || n > 255 }), then: fails(spec.ENAMETOOLONG)},
	{Name: "/EINVAL-no-family", Class: Shall, Evidence: "XNU 11417, getsockaddr_s", Title: "A destination without room for a family fails.", when: shorter(2), then: fails(spec.EINVAL)},
	{Name: "/EFAULT", Class: Shall, Evidence: "XNU 11417, getsockaddr_s", Title: "A destination that cannot be read fails.", when: badPointer, then: fails(spec.EFAULT)},
	{Name: "/EINVAL-vectors", Class: Shall, Evidence: xnuConnectx + " (UIO_MAXIOV)", Title: "With data the number of entries is 1 to 1024.",
		when: all(hasVector, func(m *move) bool { return m.c.X.Vectors <= 0 || m.c.X.Vectors > 1024 }), then: fails(spec.EINVAL)},
	{Name: "/EINVAL-length", Class: Shall, Evidence: xnuConnectx, Title: "With data there has to be a place for how much of it was taken.",
		when: all(hasVector, func(m *move) bool { return m.c.X.NoLength }), then: fails(spec.EINVAL)},
	{Name: "/EFAULT-vector", Class: Shall, Evidence: xnuConnectx + " (copyin_user_iovec_array)", Title: "Data that cannot be read fails.",
		when: func(m *move) bool { return m.c.X.Vector == spec.PointerUnreadable }, then: fails(spec.EFAULT)},
	{Name: "/vectors", Class: Succeed, Title: "Data in several pieces is not modelled.",
		when: all(hasVector, func(m *move) bool { return m.c.X.Vectors > 1 }), then: leaves(LeftWindow)},
	{Name: "/EOPNOTSUPP-unix", Class: Shall, Evidence: "XNU 11417, uipc_usrreqs (no pru_connectx)", Title: "An AF_UNIX socket has no connectx.", when: ofUnix, then: fails(spec.EOPNOTSUPP)},
	{Name: "/state", Class: Shall, Evidence: "XNU 11417, connectitx, soconnectxlocked",
		Cites: cites("macos/errors/EALREADY", "macos/errors/EOPNOTSUPP", "macos/errors/EISCONN"),
		Title: "A socket that listens, is connected or is on the way fails as in connect, before it is bound.",
		when:  engaged, then: asConnectOf},
	{Name: "/ENXIO", Class: Shall, Evidence: "XNU 11417, inp_bindif", Title: "An interface that there is not fails; a datagram socket has lost its peer by then.",
		when: func(m *move) bool { return m.c.X.Interface == spec.DeviceAbsent }, then: failsApart(spec.ENXIO)},
	{Name: "/interface", Class: Succeed, Title: "A socket bound to an interface is not modelled.",
		when: func(m *move) bool { return m.c.X.Interface != spec.DeviceNone }, then: leaves(LeftOption)},
	{Name: "/source/fails", Class: Shall, Evidence: "XNU 11417, tcp_usr_connectx_common (sobindlock)",
		Title: "A source address fails as bind would; a datagram socket has lost its peer by then.",
		when:  all(from(func(*Sockaddr) bool { return true }), func(m *move) bool { return m.bindsFrom().Class == Shall }), then: failsToBindFrom},
	{Name: "/fails", Class: Shall, Evidence: "XNU 11417, tcp_usr_connect, udp_connect", Title: "The destination fails as in connect; the socket is bound to the source by then.",
		when: func(m *move) bool { return m.connectsTo().Class == Shall }, then: asConnectOf},
	{Name: "/resumes-later", Class: Succeed, Evidence: "XNU 11417, tcp_connect_complete (SOF1_PRECONNECT_DATA)",
		Title: "With CONNECT_RESUME_ON_READ_WRITE and no data connectx returns 0 at once and leaves the SYN to the first read or write.",
		when: all(stream, not(hasVector), func(m *move) bool {
			return m.c.X.Flags&spec.ConnectResumeOnReadWrite != 0 && isStart(m.connectsTo())
		}), then: resumesLater},
	{Name: "/dgram", Class: Succeed, Evidence: "XNU 11417, udp_connectx_common",
		Title: "A datagram socket gets its peer, and the data is sent to it.", when: dgram, then: connectxDatagram},
	{Name: "/stream", Class: Succeed, Evidence: "XNU 11417, tcp_usr_connectx_common, connectitx",
		Title: "A stream socket connects as by connect; the data follows the handshake.", when: stream, then: connectxStream},
})

// connectsTo is the rule of connect that fits the destination. Datagram sockets,
// and no others, take AF_UNSPEC for AF_INET here, the inverse of connect.
func (m *move) connectsTo() *Rule {
	call := m.c
	m.c = m.toDestination()
	r := m.find(on(spec.OpConnect))
	m.c = call
	return r
}

func (m *move) toDestination() *Call {
	*m.again = *m.c
	m.again.Op = spec.OpConnect
	if m.again.To.Family == spec.AFUnspec && m.again.To.Len == spec.SizeofSockaddrIn && dgram(m) {
		m.again.To.Family = spec.AFInet
	}
	return m.again
}

func (m *move) bindsFrom() *Rule {
	call := m.c
	m.c = m.toSource()
	r := m.find(on(spec.OpBind))
	m.c = call
	return r
}

func (m *move) toSource() *Call {
	*m.again = *m.c
	m.again.Op, m.again.To = spec.OpBind, m.c.X.From
	return m.again
}

// isStart says whether the rule of connect sends a SYN.
func isStart(r *Rule) bool { return r.Name == "connect/EINPROGRESS" || r.Name == "connect/wait" }

func failsToBindFrom(m *move) {
	apart(m)
	r := m.bindsFrom()
	m.c = m.toSource()
	m.note(r.ID)
	r.then(m)
}

// bindFrom binds to the source address, if there is one.
func (m *move) bindFrom() {
	if m.c.X.From.Pointer == spec.PointerNull {
		return
	}
	call := m.c
	m.c = m.toSource()
	m.first(on(spec.OpBind))
	m.c = call
}

// engaged: the socket listens, is connected or on the way.
var engaged = anyOf(streamIn(Listen), layer(Connected), layer(Connecting))

// asConnectOf does what connect would do to the destination.
func asConnectOf(m *move) {
	if !engaged(m) {
		apart(m)
		m.bindFrom()
	}
	if m.w.Left != Inside {
		return
	}
	r := m.connectsTo()
	m.c = m.toDestination()
	m.note(r.ID)
	r.then(m)
}

// fastOnce notes CONNECT_DATA_IDEMPOTENT, which counts only with data or with
// the SYN put off: the SYN then asks for a Fast Open cookie.
func (m *move) fastOnce() {
	x := &m.c.X
	if x.Flags&spec.ConnectDataIdempotent != 0 && (hasVector(m) || x.Flags&spec.ConnectResumeOnReadWrite != 0) {
		m.s.set(FastConnect)
	}
}

func resumesLater(m *move) {
	m.fastOnce()
	m.bindFrom()
	m.c = m.toDestination()
	m.nameEnds()
	m.readyTCP()
	m.s.set(Deferred)
	m.ret(0)
}

func connectxDatagram(m *move) {
	call := m.c
	asConnectOf(m)
	if m.w.Left != Inside || m.t.Ret.Errno != spec.ENONE || call.X.Vector == spec.PointerNull {
		return
	}
	n := call.Len
	*m.again = Call{Op: spec.OpSend, FD: call.FD, Len: n}
	m.c = m.again
	m.first(on(spec.OpSend))
	if m.t.Ret.Errno != spec.ENONE {
		apart(m)
		return
	}
	m.ret(0)
}

func connectxStream(m *move) {
	m.fastOnce()
	n := m.c.Len
	asConnectOf(m)
	if m.w.Left != Inside || m.s.TCP != SynSent {
		return
	}
	m.s.Unsent = uint16(n)
}

// resume sends the SYN that connectx left to a read or write.
func (m *move) resumeSYN() {
	m.s.clear(Deferred)
	if m.s.has(FastConnect) {
		m.fastSYN(0)
		return
	}
	m.segment(m.s, SYN, 0)
}

func put(m *move) bool {
	return stream(m) && m.s.has(Deferred) && m.s.TCP == SynSent && m.under(forMacOS)
}

// resumes are the rules of send and recv that send a SYN put off.
var resumes = func() []Rule {
	rules := []Rule{
		{Name: "/macos/resume-EAGAIN", Class: Shall, For: forMacOS, Evidence: "XNU 11417, sosend, soreceive (SOF1_PRECONNECT_DATA)",
			Title: "The first read or write after connectx with CONNECT_RESUME_ON_READ_WRITE sends SYN; a non-blocking one then fails.",
			when:  all(put, nonblocking), then: func(m *move) { m.fail(spec.EAGAIN); m.resumeSYN() }},
		{Name: "/macos/resume-wait", Class: Block, For: forMacOS, Evidence: "XNU 11417, sosend, soreceive (SOF1_PRECONNECT_DATA)",
			Title: "The first read or write after connectx with CONNECT_RESUME_ON_READ_WRITE sends SYN and waits for the handshake.",
			when:  put, then: func(m *move) { m.block(); m.t.Fast = FastUnsent; m.resumeSYN() }},
	}
	return append(onSend(rules), onRecv(rules)...)
}()

var disconnectxRules = onDisconnectx([]Rule{
	{Name: "/EBADF", Class: Shall, Evidence: "XNU 11417, disconnectx_nocancel", Title: "A number that is no descriptor fails.", when: badFD, then: fails(spec.EBADF)},
	{Name: "/ENOTSOCK", Class: Shall, Evidence: "XNU 11417, disconnectx_nocancel", Title: "A descriptor that is no socket fails.", when: notSocket, then: fails(spec.ENOTSOCK)},
	{Name: "/EOPNOTSUPP-unix", Class: Shall, Evidence: "XNU 11417, uipc_usrreqs (no pru_disconnectx)", Title: "An AF_UNIX socket has no disconnectx.", when: ofUnix, then: fails(spec.EOPNOTSUPP)},
	{Name: "/EINVAL-association", Class: Shall, Evidence: "XNU 11417, tcp_usr_disconnectx, udp_disconnectx",
		Title: "An association other than SAE_ASSOCID_ANY and SAE_ASSOCID_ALL fails.",
		when: func(m *move) bool {
			return m.c.X.Association != spec.AssociationAny && m.c.X.Association != spec.AssociationAll
		}, then: fails(spec.EINVAL)},
	{Name: "/dgram/ENOTCONN", Class: Shall, Evidence: "XNU 11417, udp_disconnect", Title: "A datagram socket without a peer fails.",
		when: all(dgram, not(state(Established))), then: fails(spec.ENOTCONN)},
	{Name: "/dgram/ok", Class: Succeed, Cites: cites("macos/description/dgram-dissolve-disconnectx"), Evidence: "XNU 11417, udp_disconnect",
		Title: "A datagram socket loses its peer and its address; the port stays.", when: dgram, then: func(m *move) { apart(m); m.ret(0) }},
	{Name: "/EINVAL-dead", Class: Shall, Evidence: "XNU 11417, tcp_usr_disconnect (INPCB_STATE_DEAD)", Title: "A stream socket whose connection ended fails.",
		when: has(Dead), then: fails(spec.EINVAL)},
	{Name: "/listener", Class: Succeed, Title: "What disconnectx does to a listener, or to data that was not read, is not modelled.",
		when: anyOf(streamIn(Listen), unread), then: leaves(LeftShutdown)},
	{Name: "/attempt", Class: Succeed, Evidence: "XNU 11417, tcp_disconnect (tcp_close below ESTABLISHED)",
		Title: "A stream socket without a connection, or on the way to one, is destroyed in silence.",
		when:  streamIn(Closed, SynSent, SynReceived), then: func(m *move) { m.done(m.slot, spec.ENONE); m.s.clear(Deferred); m.ret(0) }},
	{Name: "/connection", Class: Succeed, Evidence: "XNU 11417, tcp_disconnect (soisdisconnecting, tcp_usrclosed)",
		Title: "A connection is shut in both directions, and FIN is sent.",
		when:  streamIn(Established, CloseWait), then: func(m *move) { m.s.set(ShutRead | ShutWrite); m.closeTCP(m.s); m.ret(0) }},
	{Name: "/again", Class: Succeed, Evidence: "XNU 11417, tcp_usrclosed", Title: "A connection that is ending goes on ending.", when: stream, then: succeeds},
})
