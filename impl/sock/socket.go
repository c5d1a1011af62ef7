package sock

import (
	"net/netip"

	"github.com/connspec/connspec/impl/ports"
	"github.com/connspec/connspec/impl/tcp"
	"github.com/connspec/connspec/impl/udp"
	"github.com/connspec/connspec/spec"
)

// phase is how far connect(2) has got with a stream socket, apart from what
// its connection does: Linux's enum socket_state, BSD's SS_ISCONNECTING and
// SS_ISCONNECTED.
type phase uint8

const (
	phaseUnconnected phase = iota
	phaseConnecting        // an attempt whose outcome no connect has collected
	phaseConnected
	phaseDisconnecting // shut down while connecting: stuck until AF_UNSPEC
)

// Halves of a socket that are shut, as bits.
const (
	shutRead  uint8 = 1 << iota
	shutWrite       //
	shutBoth  = shutRead | shutWrite
)

// Socket is one AF_INET or AF_INET6 socket. Names follow the kernel's separate fields
// because the calls show them separately: bound is where packets are received
// (inet_rcv_saddr), source where they are sent from (inet_saddr), port the
// port held (inet_num) and shown the one that getsockname tells (inet_sport).
type Socket struct {
	family spec.Family
	typ    spec.SockType
	only   bool   // IPV6_V6ONLY
	astray bool   // an attempt over IPv6 goes to the IPv4 peer of before, strayed
	dev    uint32 // the interface it is bound to, by index (sk_bound_dev_if)
	serial uint32
	phase  phase
	file   int32 // 0 while a child waits to be accepted
	unix   int32 // AF_UNIX: what else there is of it; 0: of AF_INET

	bound, source netip.Addr
	via           via
	strayed       [4]byte
	port, shown   uint16
	peer          netip.AddrPort
	addrLocked    bool // bind(2) chose the address (SOCK_BINDADDR_LOCK)
	portLocked    bool // bind(2) named the port (SOCK_BINDPORT_LOCK)
	binding       ports.Handle

	conn       int32 // stream: the connection, dead or alive
	associated bool  // datagram: has a peer
	flow       *flow // datagram: where it sends
	dead       bool  // stream of BSD or XNU whose PCB is gone
	halfOpen   bool  // stream of BSD or XNU: connect failed because its SYN could not be sent
	peerDone   bool  // the peer's FIN was read up to (SOCK_DONE)
	shut       uint8
	fast       fastBits
	fastQueue  int32 // TCP_FASTOPEN: how many may wait that came with data

	err        spec.Errno // pending (so_error)
	soft       spec.Errno // remembered (sk_err_soft, t_softerror)
	errorQueue bool       // POLLERR sticks

	broadcast, reuse, nodelay bool
	options

	listening bool
	backlog   *backlog // of a socket that listens or did
	listener  int32    // of a child that waits to be accepted

	disconnects uint32 // how often blocked calls were pulled away (sk_disconnects)
	waiting     waitList
	woken       bool // in Layer.woken
	seesConns   bool // datagram: others left its group by connect, see share.go
	noSpace     bool // stream: somebody found no room to write (SOCK_NOSPACE)

	rx *udp.Queue // datagram: what was received
}

// any4 is INADDR_ANY.
var any4 = netip.IPv4Unspecified()

// newSocket makes a socket without a file.
func (l *Layer) newSocket(f spec.Family, t spec.SockType) (int32, *Socket) {
	i, s := l.socks.take()
	flow, rx, backlog := s.flow, s.rx, s.backlog // nil for a stream in a new place
	backlog.reset()
	l.serial++
	*s = Socket{family: f, typ: t, serial: l.serial, flow: flow, rx: rx, backlog: backlog}
	s.bound, s.source = s.wildcard(), s.wildcard()
	if t == spec.SockDgram {
		s.openDatagram()
	}
	return i, s
}

func (s *Socket) copyTo(src *Socket) {
	*s = *src
	s.backlog = src.backlog.clone()
	if src.typ == spec.SockDgram {
		rx, flow := src.rx.Clone(), *src.flow
		s.rx, s.flow = &rx, &flow
	} else {
		s.rx, s.flow = nil, nil
	}
}

// openDatagram gives a datagram socket what only such a one has.
func (s *Socket) openDatagram() {
	if s.rx == nil {
		s.rx, s.flow = new(udp.Queue), new(flow)
	}
	s.rx.Reset()
	*s.flow = flow{}
}

// state is the TCP state as the socket sees it: TIME-WAIT belongs to the
// connection alone, the socket is closed then (tcp_time_wait).
func (l *Layer) state(s *Socket) tcp.State {
	if s.listening {
		return tcp.StateListen
	}
	if s.conn == 0 {
		return tcp.StateClosed
	}
	st := l.conns.at(s.conn).tcp.State()
	if st == tcp.StateTimeWait {
		return tcp.StateClosed
	}
	return st
}

// opening says whether a handshake is still going on.
func opening(st tcp.State) bool { return st == tcp.StateSynSent || st == tcp.StateSynReceived }

// takeError is the pending error, which is then gone (sock_error).
func (s *Socket) takeError() spec.Errno {
	e := s.err
	s.err = spec.ENONE
	return e
}

// local is the name that getsockname tells (inet_getname).
func (s *Socket) local() netip.AddrPort {
	a := s.bound
	if a == s.wildcard() {
		a = s.source
	}
	return netip.AddrPortFrom(a, s.shown)
}

// releasePort gives up the port, whose number getsockname goes on showing.
func (l *Layer) releasePort(s *Socket) {
	l.portsOf(s).Remove(s.binding)
	s.binding, s.port = 0, 0
}

// portsOf is the table of the socket's protocol.
func (l *Layer) portsOf(s *Socket) *ports.Table {
	if s.typ == spec.SockDgram {
		return &l.udpPorts
	}
	return &l.tcpPorts
}

// claim takes a port for socket i and shows it.
func (l *Layer) claim(i int32, s *Socket, b ports.Binding) {
	b.Owner, b.Reuse, b.Share = ports.Owner(i), s.reuse, s.share
	b.Six, b.Only, b.Dev = s.six(), s.only, s.dev
	s.binding, s.port, s.shown = l.portsOf(s).Add(b), b.Port, b.Port
	if s.share && s.typ == spec.SockDgram {
		l.enlist(s)
	}
}
