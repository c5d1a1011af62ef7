package sock

import "github.com/connspec/connspec/impl/ports"

// SO_REUSEPORT: sockets of one name form a group, of which Linux picks one by a
// hash (reuseport_select_sock): here the newest. A connect takes a datagram
// socket out of its group and leaves a note (reuseport_has_conns): with it the
// lookup goes on to look for a better fit than the group, without it the group
// has the datagram though a socket that is connected would fit better.

// shares says whether two bindings are of one group.
func shares(b, o *ports.Binding) bool {
	return b.Share && o.Share && b.Addr == o.Addr && b.Port == o.Port && b.Dev == o.Dev && b.Six == o.Six
}

// enlist puts datagram socket s, which was just bound, into the group of the
// newest other socket that has its name (udp_reuseport_add_sock).
func (l *Layer) enlist(s *Socket) {
	b := l.udpPorts.Get(s.binding)
	s.seesConns = false
	for h := l.udpPorts.First(b.Port); h != 0; h = l.udpPorts.Next(h) {
		if o := l.udpPorts.Get(h); h != s.binding && shares(b, o) {
			other := l.socks.at(int32(o.Owner))
			s.seesConns = !other.associated && other.seesConns
			return
		}
	}
}

// discharge takes datagram socket s out of its group, which will know of it.
func (l *Layer) discharge(s *Socket) {
	b := l.udpPorts.Get(s.binding)
	if !b.Share {
		return
	}
	for h := l.udpPorts.First(b.Port); h != 0; h = l.udpPorts.Next(h) {
		if o := l.udpPorts.Get(h); h != s.binding && shares(b, o) {
			l.socks.at(int32(o.Owner)).seesConns = true
		}
	}
}

// settles says whether a datagram that socket s, of binding b, fits better than
// any before goes to its group, whoever fits better still (udp4_lib_lookup2).
func (s *Socket) settles(b *ports.Binding) bool { return b.Share && !s.associated && !s.seesConns }
