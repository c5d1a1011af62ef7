package model

import "github.com/connspec/connspec/spec"

// socket, dup, dup2, open, close, fcntl: descriptors.

var socketRules = []Rule{
	{Name: "socket/left-out", Class: Succeed, on: on(spec.OpSocket), For: forAll,
		Title: "Families and types beyond AF_INET stream and datagram are not modelled.",
		needs: oddSocket | sixSocket | localSocket, when: func(m *move) bool {
			f := m.c.Family
			return f == spec.AFInet6 && (m.under(forTargetTCP) || m.c.Type == spec.SockRaw) || f == spec.AFUnix || f == spec.AFInet && m.c.Type == spec.SockRaw
		}, then: leaves(LeftFamily)},
	{Name: "socket/EAFNOSUPPORT", Class: Shall, on: on(spec.OpSocket), For: forAll, Evidence: "POSIX.1-2008, socket()",
		Title: "An unknown family fails.", needs: oddSocket | localSocket, when: func(m *move) bool { return m.c.Family != spec.AFInet && m.c.Family != spec.AFInet6 }, then: fails(spec.EAFNOSUPPORT)},
	{Name: "socket/type", Class: Shall, on: on(spec.OpSocket), For: forAll &^ forSockets, Evidence: "Linux 6.18, inet_create; POSIX.1-2008, socket()",
		Title: "A type that the family does not have fails.",
		needs: oddSocket, when: wrongType,
		then: fails(spec.ESOCKTNOSUPPORT)},
	{Name: "socket/macos/type", Class: Shall, on: on(spec.OpSocket), For: forMacOS, Evidence: "XNU 11417, socreate_internal",
		Title: "A type that the family does not have fails; with a protocol that belongs to another type, for the protocol.",
		needs: oddSocket, when: wrongType,
		then: func(m *move) {
			if m.c.Protocol != spec.ProtocolDefault {
				m.fail(spec.EPROTOTYPE)
				return
			}
			m.fail(spec.EPROTONOSUPPORT)
		}},
	{Name: "socket/macos/protocol", Class: Shall, on: on(spec.OpSocket), For: forMacOS, Evidence: "XNU 11417, socreate_internal (pffindprotonotype)",
		Title: "A protocol that belongs to another type fails.", needs: oddSocket, when: wrongProtocol, then: fails(spec.EPROTOTYPE)},
	{Name: "socket/type-EPROTOTYPE", Class: Shall, on: on(spec.OpSocket), For: forPOSIX | forOSX | forTargetTCP, Evidence: "POSIX.1-2008, socket()",
		Title: "A type that the family does not have may fail with EPROTOTYPE.",
		needs: oddSocket, when: wrongType, then: fails(spec.EPROTOTYPE)},
	{Name: "socket/type-EPROTONOSUPPORT", Class: Shall, on: on(spec.OpSocket), For: forPOSIX | forOSX | forTargetTCP, Evidence: "XNU 11417 and FreeBSD 13, socreate",
		Title: "A type that the family does not have may fail with EPROTONOSUPPORT.",
		needs: oddSocket, when: wrongType, then: fails(spec.EPROTONOSUPPORT)},
	{Name: "socket/EPROTONOSUPPORT", Class: Shall, on: on(spec.OpSocket), For: forAll &^ forMacOS, Evidence: "Linux 6.18, inet_create; POSIX.1-2008, socket()",
		Title: "A protocol that the type does not have fails.", needs: oddSocket, when: wrongProtocol, then: fails(spec.EPROTONOSUPPORT), also: true},
	{Name: "socket/EPROTOTYPE", Class: Shall, on: on(spec.OpSocket), For: forOSX | forPOSIX, Evidence: "4.4BSD and FreeBSD, socreate",
		Title: "A protocol that the type does not have may fail with EPROTOTYPE.", needs: oddSocket, when: wrongProtocol, then: fails(spec.EPROTOTYPE)},
	{Name: "socket/ok", Class: Succeed, on: on(spec.OpSocket), For: forAll, Evidence: "POSIX.1-2008, socket()",
		Title: "socket makes a socket and gives the lowest free descriptor.",
		when:  not(wrongProtocol), then: newSocket},
	{Name: "open/null", Class: Succeed, on: on(spec.OpOpen), For: forAll, Evidence: "POSIX.1-2008, open()",
		Title: "open gives the lowest free descriptor, of a file that is no socket.",
		then:  func(m *move) { m.ret(m.install(FileNull)) }},
}

func wrongType(m *move) bool {
	return m.c.Type != spec.SockStream && m.c.Type != spec.SockDgram
}

func wrongProtocol(m *move) bool {
	want := spec.ProtocolTCP
	if m.c.Type == spec.SockDgram {
		want = spec.ProtocolUDP
	}
	return m.c.Protocol != spec.ProtocolDefault && m.c.Protocol != want
}

func newSocket(m *move) {
	k := KindStream
	if m.c.Type == spec.SockDgram {
		k = KindDgram
	}
	slot, ok := m.open(k)
	if !ok {
		return
	}
	m.w.Sockets[slot].Family = m.c.Family
	m.w.Sockets[slot].assign(Nonblock, m.c.Nonblock)
	m.ret(m.install(File(slot + 1)))
}

var closeRules = []Rule{
	{Name: "close/unread-linger", Class: Succeed, on: on(spec.OpClose), For: forPOSIX | forOSX | forTargetTCP, also: true, Evidence: "RFC 9293, 3.10.4; RFC 2525, 2.17",
		Title: "A connection closed with data unread may end in order all the same.",
		when:  func(m *move) bool { return unreadIn(m.s) }, then: func(m *move) { m.gentle = true; closes(m) }},
	{Name: "close/linger-elsewhere", Class: Succeed, on: on(spec.OpClose), For: forPOSIX | forMacOS | forOSX,
		Title: "A close that lingers is not modelled outside Linux.",
		when:  func(m *move) bool { return !badFD(m) && m.lingers() }, then: leaves(LeftShutdown)},
	{Name: "close/lingers", Class: Succeed, on: on(spec.OpClose), For: forLinux, Evidence: "Linux 6.18, __tcp_close, sk_stream_wait_close; POSIX.1-2008, close()",
		Title: "With SO_LINGER the last close of a connection waits until the peer has acknowledged the FIN, O_NONBLOCK or not.",
		when:  func(m *move) bool { return !badFD(m) && m.lingers() }, then: closeLingers},
	{Name: "close/ok", Class: Succeed, on: on(spec.OpClose), For: forAll, Evidence: "POSIX.1-2008, close(); RFC 9293, 3.10.4; RFC 1122, 4.2.2.13",
		Title: "The last close of a socket ends its connection: FIN, or RST if data is unread; a handshake is dropped in silence.",
		when:  not(badFD), then: closes},
	{Name: "dup/ok", Class: Succeed, on: on(spec.OpDup), For: forAll, Evidence: "POSIX.1-2008, dup()",
		Title: "dup gives the lowest free descriptor for the same socket.",
		when:  not(badFD), then: func(m *move) { m.ret(m.install(m.file)) }},
	{Name: "dup2/EBADF-new", Class: Shall, on: on(spec.OpDup2), For: forAll, Evidence: "POSIX.1-2008, dup2()",
		Title: "A negative new descriptor fails.", when: func(m *move) bool { return m.c.Value < 0 }, then: fails(spec.EBADF)},
	{Name: "dup2/left-out", Class: Succeed, on: on(spec.OpDup2), For: forAll,
		Title: "A new descriptor outside the range of scripts is not modelled.",
		when:  func(m *move) bool { return m.c.Value < FDFirst || m.c.Value >= FDFirst+FDsMax }, then: leaves(LeftScope)},
	{Name: "dup2/unread-linger", Class: Succeed, on: on(spec.OpDup2), For: forPOSIX | forBerkeley, also: true, Evidence: "RFC 9293, 3.10.4; RFC 2525, 2.17",
		Title: "A connection that dup2 closes with data unread may end in order all the same.",
		when:  func(m *move) bool { return !badFD(m) && unreadIn(m.w.socket(m.c.Value)) }, then: func(m *move) { m.gentle = true; dup2(m) }},
	{Name: "dup2/lingers", Class: Succeed, on: on(spec.OpDup2), For: forTimes,
		Title: "A dup2 whose close lingers is not modelled.",
		when: func(m *move) bool {
			s := m.w.socket(m.c.Value)
			return !badFD(m) && s != nil && s.Linger > lingerAbort && m.c.Value != m.c.FD
		}, then: leaves(LeftShutdown)},
	{Name: "dup2/ok", Class: Succeed, on: on(spec.OpDup2), For: forAll, Evidence: "POSIX.1-2008, dup2()",
		Title: "dup2 closes the new descriptor and makes it another for the same socket.",
		when:  not(badFD), then: dup2},
	{Name: "fcntl/F_GETFL", Class: Succeed, on: on(spec.OpFcntl), For: forAll, Evidence: "POSIX.1-2008, fcntl()",
		Title: "F_GETFL gives the access mode and O_NONBLOCK.",
		when:  func(m *move) bool { return m.file != FileNone && m.c.Cmd == spec.FGetfl }, then: getfl},
	{Name: "fcntl/left-out", Class: Succeed, on: on(spec.OpFcntl), For: forAll,
		Title: "Other commands and flags are not modelled.",
		when: func(m *move) bool {
			return m.file >= FileOther || m.c.Cmd != spec.FSetfl || m.c.Value&^(spec.ONonblock|spec.ORdwr) != 0
		}, then: leaves(LeftOption)},
	{Name: "fcntl/F_SETFL", Class: Succeed, on: on(spec.OpFcntl), For: forAll, Evidence: "POSIX.1-2008, fcntl()",
		Title: "F_SETFL sets or clears O_NONBLOCK for every descriptor of the socket.",
		when:  isSocket, then: func(m *move) { m.s.assign(Nonblock, m.c.Value&spec.ONonblock != 0); m.ret(0) }},
}

// unreadIn says whether the socket has a connection with data nobody has read.
func unreadIn(s *Socket) bool {
	return s != nil && s.Kind == KindStream && s.Unread != 0 && s.TCP.in(Established, CloseWait, FinWait1, FinWait2, Closing, LastAck)
}

// closes takes the descriptor away before the result is there, so that frames
// come first.
func closes(m *move) {
	m.closeFD(m.c.FD)
	m.ret(0)
}

func dup2(m *move) {
	if m.c.Value != m.c.FD {
		m.closeFD(m.c.Value)
		m.w.FDs[m.c.Value-FDFirst] = m.file
		m.w.reuse()
	}
	m.ret(m.c.Value)
}

func getfl(m *move) {
	flags := spec.ORdwr
	if m.s != nil && m.s.has(Nonblock) {
		flags |= spec.ONonblock
	}
	m.ret(flags)
}
