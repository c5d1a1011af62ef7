package sock

// Which ephemeral ports a socket may be given.

// choose picks an ephemeral port, from the socket's own range if it has one
// (IP_LOCAL_PORT_RANGE; inet_sk_get_local_port_range): its bounds count as far as
// they lie within those of the host.
func (l *Layer) choose(s *Socket, offset uint64, free func(port uint16) bool) (uint16, bool) {
	first, last := l.chooser.First, l.chooser.Last
	within := func(p uint16) bool { return l.chooser.First <= p && p <= l.chooser.Last }
	low, high := uint16(s.portRange), uint16(s.portRange>>16)
	if within(low) {
		first = low
	}
	if within(high) {
		last = high
	}
	return l.chooser.PickWithin(first, last, offset, free)
}
