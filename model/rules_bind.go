package model

import "github.com/connspec/connspec/spec"

// bind, listen, accept. The five documents are about connect; these rules
// stand on the systems.

// bindImport is what is looked at before the socket is (move_addr_to_kernel).
var bindImport = []Rule{
	{Name: "bind/linux/EINVAL-length", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, move_addr_to_kernel",
		Title: "A negative length, or one beyond sockaddr_storage, fails.",
		needs: strange, when: length(func(n int32) bool { return n < 0 || n > 128 }), then: fails(spec.EINVAL), unix: true},
	{Name: "bind/linux/EFAULT", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, move_addr_to_kernel",
		Title: "An address that cannot be read fails; an empty one is not read.", needs: strange, when: all(badPointer, not(shorter(1))), then: fails(spec.EFAULT), unix: true},
}

// bindArguments are the checks of the address's form.
var bindArguments = []Rule{
	{Name: "bind/raw/EINVAL", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, raw_bind",
		Title: "A raw socket that has a peer, or a length below that of sockaddr_in, fails.",
		needs: raw, when: all(has(Raw), anyOf(shorter(spec.SizeofSockaddrIn), not(state(Closed)))), then: fails(spec.EINVAL)},
	{Name: "bind/raw/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, raw_bind",
		Title: "A raw socket cannot have an address that the host does not have.",
		needs: raw, when: func(m *move) bool {
			if m.absent(m.rawName()) {
				return m.s != nil && m.s.has(Raw)
			}
			switch m.rawName().route() {
			case routeLocal, routeUnknown, routeBroadcast, routeMulticast:
				return m.s != nil && m.s.has(Raw) && m.absent(m.rawName())
			}
			return m.s != nil && m.s.has(Raw)
		}, then: fails(spec.EADDRNOTAVAIL)},
	{Name: "bind/raw/left-out", Class: Succeed, on: on(spec.OpBind), For: forLinux,
		Title: "A raw socket bound to an unknown address is not modelled.",
		needs: raw, when: func(m *move) bool { return m.s != nil && m.s.has(Raw) && m.rawName().route() == routeUnknown }, then: leaves(LeftAddress)},
	{Name: "bind/raw/ok", Class: Succeed, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, raw_bind",
		Title: "A raw socket takes the address, as often as it is asked, whatever family and port the argument has.",
		needs: raw, when: has(Raw), then: bindRaw},
	{Name: "bind/bsd/ENAMETOOLONG", Class: Shall, on: on(spec.OpBind), For: forOSX, Evidence: "XNU 11417 and FreeBSD 13, getsockaddr",
		Title: "A length beyond 255 fails.", needs: oddLength, when: length(func(n int32) bool { return n < 0 || n > 255 }), then: fails(spec.ENAMETOOLONG), unix: true},
	{Name: "bind/EFAULT", Class: Shall, on: on(spec.OpBind), For: forPOSIX | forOSX | forTargetTCP, Evidence: "POSIX.1-2008, XSH 2.3; XNU and FreeBSD, getsockaddr",
		Title: "An address that cannot be read fails.", needs: unreadable, when: badPointer, then: fails(spec.EFAULT), also: true, unix: true},
	{Name: "bind/EINVAL-null", Class: Shall, on: on(spec.OpBind), For: forPOSIX, Evidence: "XNU 11417, getsockaddr_s",
		Title: "A null address may be an invalid argument.", needs: unreadable, when: null, then: fails(spec.EINVAL), unix: true},
	{Name: "bind/EINVAL-short", Class: Shall, on: on(spec.OpBind), For: forLinux | forTargetTCP | forPOSIX, Evidence: "Linux 6.18, inet_bind_sk; POSIX.1-2008, bind()",
		Title: "A length below that of sockaddr_in fails.", needs: oddLength, when: tooShort, then: fails(spec.EINVAL)},
	{Name: "bind/EINVAL-long", Class: May, on: on(spec.OpBind), For: forPOSIX, Evidence: "POSIX.1-2008, bind()",
		Title: "A length beyond that of sockaddr_in may fail.", needs: oddLength, when: all(inexact, not(tooShort)), then: fails(spec.EINVAL)},
	{Name: "bind/bsd/EINVAL-bound", Class: Shall, on: on(spec.OpBind), For: forOSX, Evidence: "XNU 11417 and FreeBSD 13, in_pcbbind",
		Title: "A socket that has a local name, or whose connection ended, fails.",
		needs: underway | marked | ported, when: all(isSocket, anyOf(has(HasPort|Dead|AddrLock), not(state(Closed)))), then: fails(spec.EINVAL)},
	{Name: "bind/bsd/EINVAL-length", Class: Shall, on: on(spec.OpBind), For: forOSX, Evidence: "XNU 11417 and FreeBSD 13, in_pcbbind",
		Title: "Any length but that of sockaddr_in fails.", needs: oddLength, when: all(isSocket, inexact), then: fails(spec.EINVAL)},
	{Name: "bind/EAFNOSUPPORT", Class: Shall, on: on(spec.OpBind), For: forAll &^ forMacOS, Evidence: "Linux 6.18, __inet_bind; POSIX.1-2008, bind()",
		Title: "Another family fails; Linux takes AF_UNSPEC with the wildcard address for AF_INET.",
		needs: misfit, when: func(m *move) bool {
			lenient := unspec(m) && m.c.To.Addr == AddrAny && !inet6(m) && m.under(forLinux)
			return isSocket(m) && wrongFamily(m) && !lenient
		}, then: fails(spec.EAFNOSUPPORT)},
}

var bindRules = []Rule{
	{Name: "bind/EADDRNOTAVAIL", Class: Shall, on: on(spec.OpBind), For: forAll &^ forMacOS, Evidence: "Linux 6.18, __inet_bind; POSIX.1-2008, bind()",
		Title: "An address that the host does not have fails.",
		needs: distant | unrouted | changed, when: func(m *move) bool {
			if m.absent(m.c.To.Addr) {
				return isSocket(m)
			}
			switch m.c.To.Addr.route() {
			case routeLocal, routeUnknown, routeBroadcast, routeMulticast:
				return false
			}
			return isSocket(m)
		}, then: fails(spec.EADDRNOTAVAIL)},
	{Name: "bind/left-out", Class: Succeed, on: on(spec.OpBind), For: forAll &^ forMacOS,
		Title: "Binding to an unknown address or to a privileged port is not modelled, nor to a group or a broadcast address outside Linux.",
		needs: low | unrouted | toMany, when: func(m *move) bool {
			return isSocket(m) && (m.c.Low || planned(routeUnknown)(m) || planned(routeBroadcast, routeMulticast)(m) && !m.under(forLinux))
		}, then: leaves(LeftAddress)},
	{Name: "bind/EINVAL-bound", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: "Linux 6.18, __inet_bind (sk_state, inet_num)",
		Title: "A socket that has a port, or an attempt, fails.",
		needs: underway | marked | ported, when: anyOf(has(HasPort), not(state(Closed))), then: fails(spec.EINVAL)},
	{Name: "bind/EINVAL-named", Class: Shall, on: on(spec.OpBind), For: forPOSIX | forTargetTCP, Evidence: "POSIX.1-2008, bind() (already bound)",
		Title: "A socket that has a local name fails.",
		needs: underway | marked | ported, when: all(isSocket, anyOf(has(HasPort|Dead), not(state(Closed)))), then: fails(spec.EINVAL)},
	{Name: "bind/EADDRINUSE", Class: Shall, on: on(spec.OpBind), For: forAll &^ forMacOS, Evidence: "Linux 6.18, inet_csk_bind_conflict, udp_lib_lport_inuse; POSIX.1-2008, bind()",
		Title: "A port that another socket has on an overlapping address fails, unless both have SO_REUSEADDR and none listens.",
		needs: contested, when: taken, then: inUse},
	{Name: "bind/bsd/dead-holder", Class: May, on: on(spec.OpBind), For: forPOSIX | forOSX | forTargetTCP, Evidence: "XNU 11417, in_pcbdetach; FreeBSD 13, in_pcbdrop",
		Title: "A dead socket may keep its port until it is closed.",
		needs: contested | dead, when: func(m *move) bool {
			for i := range m.w.Sockets {
				if o := &m.w.Sockets[i]; m.s != nil && o.has(Dead) && o.has(PortLock) && o.Kind == m.s.Kind && o.LPort == m.c.To.Port {
					return true
				}
			}
			return false
		}, then: fails(spec.EADDRINUSE)},
	bindNone,
	{Name: "bind/ok", Class: Succeed, on: on(spec.OpBind), For: forAll, Evidence: "POSIX.1-2008, bind(); XNU 11417, in_pcbbind",
		Title: "bind names the socket; port 0 stands for any free one.", when: isSocket, then: bind},
}

// inUse fails; Linux has put the new address in and takes it out again, and
// with it the one that an earlier attempt left.
func inUse(m *move) {
	if dev := m.bindDevice(); (m.s.Dev != dev || m.s.Local != AddrAny) && m.under(forLinux) {
		m.s.Dev, m.s.Local = dev, AddrAny
	}
	m.fail(spec.EADDRINUSE)
}

// taken: a conflict of bind.
func taken(m *move) bool {
	return m.s != nil && m.c.To.Port != PortZero && m.conflict(m.c.To.Addr, m.c.To.Port)
}

// conflict says whether another socket keeps this one from having a name.
func (m *move) conflict(a Addr, p Port) bool {
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o == m.s || o.Kind != m.s.Kind || !o.has(HasPort) || o.has(Request|AnyState) || o.LPort != p {
			continue
		}
		if !m.s.overlaps(a, o) || m.doubtful(o) {
			continue
		}
		if o.has(ReusePort) && m.s.has(ReusePort) {
			continue
		}
		conflicts := !o.has(Reuse) || !m.s.has(Reuse) || o.TCP == Listen
		bsd := a == o.Local || !m.s.has(Reuse|ReusePort) // the newcomer's option counts, and not for the same address (in_pcbbind)
		if conflicts != bsd && m.under(forSockets) {
			conflicts = bsd
		}
		if conflicts {
			return true
		}
	}
	return false
}

// bury takes away the remnants that would have kept s from the name that it gets,
// had they not been gone.
func (m *move) bury(s *Socket) {
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if o.has(Orphan) && o.Kind == s.Kind && o.LPort == m.c.To.Port && !(o.has(Reuse) && s.has(Reuse)) && m.doubtful(o) && s.overlaps(m.c.To.Addr, o) {
			*o = Socket{}
		}
	}
}

// doubtful: what close left of a connection within the host may be gone, since
// its other end may be a socket in any state.
func (m *move) doubtful(o *Socket) bool {
	return o.has(Orphan) && o.Remote.Local() && m.w.anything(o.Kind)
}

func bind(m *move) {
	s, a, dev := m.s, &m.c.To, m.bindDevice()
	m.bury(s)
	s.Local, s.LPort = a.Addr, a.Port
	if s.has(AddrLock|PortLock) && !m.under(forLinux) { // which takes no lock off again
		s.clear(AddrLock | PortLock)
	}
	if a.Addr != AddrAny {
		s.set(AddrLock)
	}
	if s.has(MappedOps) { // inet_daddr
		s.Flow = AddrAny
	}
	if a.Addr.Six() && m.under(forLinux) {
		s.Dev, s.Via = dev, AddrLoopback2 // LOOPBACK4_IPV6 stands for it over IPv4
		s.set(V6Only)
	}
	s.assign(Bare, planned(routeBroadcast, routeMulticast)(m))
	switch {
	case a.Port == PortZero && s.has(LatePort):
	case a.Port == PortZero:
		m.autobind(s)
	default:
		s.set(PortLock | HasPort)
		m.rank(s)
	}
	m.ret(0)
}

var listenRules = []Rule{
	{Name: "listen/EOPNOTSUPP", Class: Shall, on: on(spec.OpListen), For: forAll, Evidence: "Linux 6.18, sock_no_listen; POSIX.1-2008, listen()",
		Title: "A datagram socket cannot listen.", of: dgrams, then: fails(spec.EOPNOTSUPP)},
	{Name: "listen/bsd/half-open", Class: Succeed, on: on(spec.OpListen), For: forSockets,
		Title: "listen on a socket whose SYN the host would not send is not modelled.", needs: marked, when: has(HalfOpen), then: leaves(LeftHalfOpen)},
	{Name: "listen/EINVAL", Class: Shall, on: on(spec.OpListen), For: forAll, Evidence: "Linux 6.18, __inet_listen_sk; POSIX.1-2008, listen()",
		Title: "A socket with an attempt or a connection, or what is left of one, cannot listen.",
		of:    streams, needs: underway | spoilt, when: anyOf(not(layer(Unconnected)), has(Dead), not(state(Closed, Listen))), then: fails(spec.EINVAL)},
	{Name: "listen/again", Class: Succeed, on: on(spec.OpListen), For: forAll, Evidence: "Linux 6.18, __inet_listen_sk",
		Title: "listen on a listener changes the backlog.", in: []TCP{Listen}, then: func(m *move) { m.s.Backlog = m.backlog(m.c.Value); m.ret(0) }},
	{Name: "listen/EADDRINUSE", Class: Shall, on: on(spec.OpListen), For: forLinux, Evidence: "Linux 6.18, inet_csk_listen_start",
		Title: "A port that another socket listens on fails.",
		needs: shared, when: all(has(HasPort), func(m *move) bool { return m.conflict(m.s.Local, m.s.LPort) }), then: fails(spec.EADDRINUSE)},
	{Name: "listen/EADDRINUSE-may", Class: May, on: on(spec.OpListen), For: forPOSIX | forTargetTCP, Evidence: "the pages say nothing of two listeners with one name",
		Title: "A name that another socket listens on may fail.",
		needs: shared, when: all(has(HasPort), func(m *move) bool { return m.conflict(m.s.Local, m.s.LPort) }), then: fails(spec.EADDRINUSE)},
	{Name: "listen/unbound", Class: Shall, on: on(spec.OpListen), For: forPOSIX | forTargetTCP, also: true, Evidence: "POSIX.1-2008, listen() (EDESTADDRREQ)",
		Title: "A socket without a name may fail.", of: streams, when: not(has(HasPort)), then: fails(spec.EDESTADDRREQ)},
	listenNone,
	{Name: "listen/ok", Class: Succeed, on: on(spec.OpListen), For: forAll, Evidence: "POSIX.1-2008, listen(); Linux 6.18, inet_csk_listen_start",
		Title: "listen makes a stream socket a listener; without a port it gets one.", of: streams, then: listen},
}

// somaxconn is a queue length that no trace of the model's size reaches.
const somaxconn = 128

// backlog is the queue length that a listen argument asks for. To macOS 0 is
// no length (XNU 11417, solisten).
func (m *move) backlog(n int32) uint8 {
	if n < 0 || n > somaxconn || n == 0 && m.under(forMacOS) {
		return somaxconn
	}
	return uint8(n)
}

func listen(m *move) {
	m.autobind(m.s)
	m.s.TCP = Listen
	m.s.Backlog = m.backlog(m.c.Value)
	m.ret(0)
}

var acceptRules = []Rule{
	{Name: "accept/EOPNOTSUPP", Class: Shall, on: on(spec.OpAccept), For: forAll, Evidence: "Linux 6.18, sock_no_accept; XNU 11417, accept; POSIX.1-2008, accept()",
		Title: "A datagram socket has nothing to accept.", of: dgrams, then: fails(spec.EOPNOTSUPP), also: true},
	{Name: "accept/bsd/EINVAL-dgram", Class: Shall, on: on(spec.OpAccept), For: forPOSIX | forOSX, Evidence: "FreeBSD 13, accept (SO_ACCEPTCONN is looked at first)",
		Title: "A datagram socket may be refused for not listening.", of: dgrams, then: fails(spec.EINVAL)},
	{Name: "accept/EINVAL", Class: Shall, on: on(spec.OpAccept), For: forAll, Evidence: "Linux 6.18, inet_csk_accept; POSIX.1-2008, accept()",
		Title: "A socket that does not listen fails.", of: streams, when: not(state(Listen)), then: fails(spec.EINVAL)},
	{Name: "accept/ECONNABORTED", Class: May, on: on(spec.OpAccept), For: forPOSIX | forOSX | forTargetTCP, also: true, Evidence: "FreeBSD 13, soaccept; POSIX.1-2008, accept()",
		Title: "A connection that was reset in the queue may make accept fail.",
		when: func(m *move) bool {
			i := -1
			if stream(m) {
				i = m.firstChild()
			}
			return i >= 0 && m.w.Sockets[i].has(Dead|AnyState)
		}, then: aborted},
	{Name: "accept/ok", Class: Succeed, on: on(spec.OpAccept), For: forAll, Evidence: "POSIX.1-2008, accept()",
		Title: "accept takes the first connection of the queue.", when: func(m *move) bool { return stream(m) && m.firstChild() >= 0 }, then: accept},
	{Name: "accept/EAGAIN", Class: Shall, on: on(spec.OpAccept), For: forAll, Evidence: "POSIX.1-2008, accept()",
		Title: "With no connection to take a non-blocking accept fails.", of: streams, when: nonblocking, then: fails(spec.EAGAIN)},
	{Name: "accept/wait", Class: Block, on: on(spec.OpAccept), For: forAll, Evidence: "POSIX.1-2008, accept()",
		Title: "With no connection to take accept waits.", of: streams, then: waits},
}

// firstChild is the slot of the connection that accept would take, or -1.
func (m *move) firstChild() int {
	for i := range m.w.Sockets {
		if c := &m.w.Sockets[i]; c.Parent == m.slot+1 && c.Turn == 1 {
			return i
		}
	}
	return -1
}

// aborted takes a dead connection off the queue.
func aborted(m *move) {
	m.w.Sockets[m.dequeue()] = Socket{}
	m.fail(spec.ECONNABORTED)
}

// dequeue takes the first connection off the queue and gives its slot.
func (m *move) dequeue() int {
	slot := m.firstChild()
	for i := range m.w.Sockets {
		if c := &m.w.Sockets[i]; c.Parent == m.slot+1 && c.Turn > 0 {
			c.Turn--
		}
	}
	return slot
}

func accept(m *move) {
	slot := m.dequeue()
	c := &m.w.Sockets[slot]
	c.Parent = 0
	c.clear(Child)
	c.Layer = Connected
	if c.has(Dead) {
		c.Layer = Unconnected
	}
	c.assign(Nonblock, m.c.Nonblock || m.w.Sockets[m.slot].has(Nonblock) && m.under(forSockets))
	m.name(m.install(File(slot+1)), c.Remote, c.RPort)
}
