package generate

import "github.com/connspec/connspec/spec"

// openRaw makes a raw socket of a protocol that no frame of the puppet has, or
// now and then one that is refused.
func (w *world) openRaw() {
	c := spec.Call{Op: spec.OpSocket, Family: spec.AFInet, Type: spec.SockRaw, Protocol: spec.ProtocolTest}
	refused := false
	six := w.percent(30)
	if six {
		c.Family = spec.AFInet6
	}
	switch n := w.below(20); {
	case n < 5:
		c.Protocol = spec.ProtocolRaw
	case n == 5:
		c.Protocol, refused = spec.ProtocolDefault, true
	case n == 6:
		c.Family, c.Type, c.Protocol, refused = spec.AFInet, spec.SockDgram, spec.ProtocolICMP, true
	}
	s := socket{state: StateDatagram, raw: true, six: six, nonblock: w.percent(65)}
	if s.nonblock {
		c.SockFlags = spec.SockNonblock
	}
	if !w.call(c) || refused {
		w.open(false)
		return
	}
	if fd, ok := w.newSocket(s); ok {
		w.focus = fd
	}
	if w.percent(50) {
		w.bind(w.focus)
	}
}
