package model

import "github.com/connspec/connspec/spec"

// How a frame finds its socket.

// tcpReceiver is the slot of the socket that a segment is for: the connection
// with these four names, else the listener that fits best; -1 if there is none.
func (w *World) tcpReceiver(f *Frame) int {
	best, score := -1, 0
	for i := range w.Sockets {
		s := &w.Sockets[i]
		if s.Kind != KindStream || s.LPort != f.DPort || s.TCP == Closed {
			continue
		}
		switch {
		case s.has(AnyState):
			if s.Local == f.Dst && s.Remote == f.Src && s.RPort == f.SPort {
				return -1 // whatever it may be by now
			}
		case s.TCP != Listen:
			switch {
			case s.Local != f.Dst || s.Remote != f.Src || s.RPort != f.SPort || w.stray(s) || s.shutOut(f):
			case !s.has(Cookie):
				return i
			case s.returned(f):
				best, score = i, 4
			}
		default:
			if n := s.listenScore(f); n > score {
				best, score = i, n
			}
		}
	}
	return best
}

// returned: the segment brings back the cookie that s stands for. Nothing else
// finds s, and no connection that comes of it uses it up.
//
// A cookie is a hash plus the peer's number plus the index of its MSS: with
// both numbers off by the same it still holds, and with an acknowledgement off
// by a little it holds for another MSS (Linux 6.18, check_tcp_syn_cookie).
func (s *Socket) returned(f *Frame) bool {
	if f.Bits&(ACK|SYN|RST) != ACK {
		return false
	}
	i := s.cookieSays(f)
	return i >= 0 && i < len(cookieMSS)
}

// cookieSays is the index of the MSS that a cookie holds when it comes back in f.
func (s *Socket) cookieSays(f *Frame) int {
	return s.cookieIndex() + int(int16(f.Ack-1-(f.Seq-s.RcvNxt)))
}

// cookieMSS and cookieMSS6 are msstab of Linux: what a cookie can say of an MSS
// (net/ipv4/syncookies.c, net/ipv6/syncookies.c).
var (
	cookieMSS  = [4]uint16{536, 1300, 1440, 1460}
	cookieMSS6 = [4]uint16{1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60}
)

// cookieSizes is the table for the handshake's family.
func (s *Socket) cookieSizes() *[4]uint16 {
	if s.Remote.Six() {
		return &cookieMSS6
	}
	return &cookieMSS
}

func (s *Socket) cookieIndex() int {
	sizes := s.cookieSizes()
	i := len(sizes) - 1
	for i > 0 && s.MSS < sizes[i] {
		i--
	}
	return i
}

// stray: a handshake whose listener does not listen any more.
func (w *World) stray(s *Socket) bool {
	return s.has(Request) && w.Sockets[s.Parent-1].TCP != Listen
}

// rank puts a datagram socket that was given its port or its address before the
// others with that port (udp_lib_get_port and udp_lib_rehash of Linux,
// in_pcbinshash of BSD: at the head of the chain).
func (m *move) rank(s *Socket) {
	if s.Kind != KindDgram || s.has(Raw) {
		return
	}
	var below [SocketsMax]uint8 // how many of the others each of them comes after
	s.Rank = 0
	for i := range m.w.Sockets {
		o := &m.w.Sockets[i]
		if !o.shares(s) {
			continue
		}
		s.Rank++
		for j := range m.w.Sockets {
			if p := &m.w.Sockets[j]; p.shares(s) && p.Rank < o.Rank {
				below[i]++
			}
		}
	}
	for i := range m.w.Sockets {
		if o := &m.w.Sockets[i]; o.shares(s) {
			o.Rank = below[i]
		}
	}
}

// shares: another datagram socket has the port of s.
func (o *Socket) shares(s *Socket) bool {
	return o != s && o.Kind == KindDgram && o.has(HasPort) && !o.has(Raw) && o.LPort == s.LPort
}

// udpReceiver is the slot of the socket that a datagram is for: the more of
// its names are fixed the better (compute_score of Linux); -1 if none fits.
func (w *World) udpReceiver(f *Frame) int {
	best, score := -1, 0
	for i := range w.Sockets {
		s := &w.Sockets[i]
		if s.Kind != KindDgram || !s.has(HasPort) || s.LPort != f.DPort || s.has(AnyState) {
			continue
		}
		if n := s.udpScore(f); n > score || n == score && n != 0 && s.Rank > w.Sockets[best].Rank {
			best, score = i, n
		}
	}
	return best
}

// udpScore says how well a datagram fits a socket with its port, 0 for not at
// all. Peer address and peer port count apart: the port of a peer may be 0.
func (s *Socket) udpScore(f *Frame) int {
	score := 1
	takes, exact := s.takes(f.Dst)
	if !takes || s.shutOut(f) {
		return 0
	}
	if exact {
		score += 4
	}
	if s.Family != spec.AFInet6 && s.Local == AddrAny && !f.Dst.Six() {
		score++ // PF_INET counts
	}
	if s.Remote != AddrAny && !s.unbounded(f) {
		if s.Remote != f.Src {
			return 0
		}
		score += 4
	}
	if s.RPort != PortZero {
		if s.RPort != f.SPort {
			return 0
		}
		score += 4
	}
	return score
}

// quoted is the slot of the socket that sent the packet which an ICMP message
// quotes; -1 if there is none.
func (w *World) quoted(f *Frame) int {
	q := &f.Quote
	back := Frame{Proto: q.Proto, Src: q.Dst, SPort: q.DPort, Dst: q.Src, DPort: q.SPort}
	i := -1
	switch q.Proto {
	case ProtoUDP:
		i = w.udpReceiver(&back)
		if i >= 0 && w.Sockets[i].TCP != Established && !w.Sockets[i].has(RecvErr) {
			return -1
		}
	case ProtoTCP:
		for i := range w.Sockets { // a handshake counts even if its listener has gone
			if s := &w.Sockets[i]; s.has(Request) && !s.has(Cookie) && s.Local == back.Dst && s.LPort == back.DPort && s.Remote == back.Src && s.RPort == back.SPort {
				return i
			}
		}
		i = w.tcpReceiver(&back)
		if i >= 0 && w.Sockets[i].TCP == Listen {
			return -1
		}
	}
	return i
}

// route is what the routing table says of a destination.
type route uint8

const (
	routeNone route = iota
	routeLocal
	routeUnicast
	routeBroadcast
	routeMulticast
	routeUnreachable
	routeProhibit
	routeBlackhole
	routeUnknown
)

// route looks a destination up. The wildcard stands for the host itself.
func (a Addr) route() route {
	switch a {
	case AddrAny, AddrOwn, AddrLoopback, AddrLoopback2:
		return routeLocal
	case AddrRemote1, AddrRemote2, AddrGateway, AddrNetwork:
		return routeUnicast
	case AddrBroadcast, AddrSubnetBroadcast, AddrLoopbackBroadcast:
		return routeBroadcast
	case AddrMulticast:
		return routeMulticast
	case AddrUnreachable:
		return routeUnreachable
	case AddrProhibit:
		return routeProhibit
	case AddrBlackhole:
		return routeBlackhole
	case AddrUnknown:
		return routeUnknown
	}
	return a.route6()
}

// source is the address that the host sends from to dst, if the socket does
// not say.
func source(dst Addr) Addr {
	switch dst {
	case AddrAny, AddrLoopback, AddrLoopback2, AddrLoopbackBroadcast:
		return AddrLoopback
	}
	if dst.Six() {
		return source6(dst)
	}
	return AddrOwn
}
