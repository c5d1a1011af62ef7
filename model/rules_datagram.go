package model

// UDP datagrams that arrive (RFC 768, RFC 1122 section 4.1.3).

var datagramRules = []Rule{
	{Name: "datagram/not-ours", Class: Deliver, on: onDatagram, For: forAll, Evidence: "RFC 1122, 3.2.1.3",
		Title: "A datagram for another host, or for a group nobody joined, is ignored.",
		when: func(m *move) bool {
			return m.s == nil && !(m.f.Dst.Local() && !m.martian() && (m.answerable(&m.f) || m.f.Src == AddrSubnetBroadcast))
		}, then: nothing},
	{Name: "datagram/nobody", Class: Deliver, on: onDatagram, For: forAll, Evidence: "RFC 1122, 4.1.3.1",
		Title: "A datagram for a port nobody has is answered by ICMP port unreachable.",
		when:  func(m *move) bool { return m.s == nil }, then: unreachable},
	{Name: "datagram/queue-full", Class: Deliver, on: onDatagram, For: forAll,
		Title: "A longer queue of datagrams is not modelled.",
		when:  func(m *move) bool { return m.s.Queued == QueueMax }, then: leaves(LeftScope)},
	{Name: "datagram/queued", Class: Deliver, on: onDatagram, For: forAll, Evidence: "RFC 768",
		Title: "A datagram is queued on the socket whose names fit it best.",
		then:  (*move).queueDatagram},
}

func (m *move) queueDatagram() {
	m.s.Queue[m.s.Queued] = Datagram{Len: m.f.Len, Addr: m.f.Src, Port: m.f.SPort}
	m.s.Queued++
	m.poke(m.s, arrived)
}

func unreachable(m *move) {
	f := m.f
	proto, typ, code := ProtoICMP, uint8(icmpUnreachable), uint8(3)
	if f.Dst.Six() {
		proto, typ, code = ProtoICMP6, icmp6Unreachable, icmp6PortCode
	}
	m.emit(Frame{
		Proto: proto, Type: typ, Code: code, Loose: LooseQuote, Src: f.Dst, Dst: f.Src,
		Quote: Quote{Proto: f.Proto, Src: f.Src, SPort: f.SPort, Dst: f.Dst, DPort: f.DPort},
	})
}
